import type { PipelineError } from '../../runtime/errors.ts';
import { isExpired, readExpiry } from '../ledger/notes/expired-days.ts';
import { isCommitted, type LedgerEntry, type WrittenObject } from '../ledger/entry/ledger-entry.ts';
import { readStarts } from '../ledger/notes/chain-start.ts';
import { adoptedFrom, type TopicStart } from '../ledger/notes/topic-start.ts';
import { checkTable } from '../table/catalog/check-table.ts';
import { deadLetterTable } from '../table/dead-letters/dead-letter-table.ts';
import { adoptedByParameter } from '../table/catalog/shared-table.ts';
import { markAdopted, takeBackMark } from './adoption-mark.ts';
import { adoptedFiles, type AdoptedFile } from './adopted-files.ts';
import { contended, mismatch, sourceMissing, unsuitable } from './adoption-refusals.ts';
import { checkFiles, namingDamaged } from './check-files.ts';
import { provideTable, requireNoted, type ProvideOptions } from './provide-table.ts';
import { describeObjects, stage, withProperties } from '../snapshot/commit-snapshot.ts';
import { tablesOf, type TopicTable } from '../table/dead-letters/topic-tables.ts';
import { positionFacts, positionsOf, withAdoptedRows, withPositions } from '../snapshot/table-positions.ts';
import type { FileStatistics } from '../ports/parquet.ts';

export interface AdoptOptions extends ProvideOptions {
  /** The Hive table whose files are taken in. */
  readonly source: string;
  /** Called with each table that was adopted. */
  readonly onAdopted: (adopted: AdoptedTable) => void;
}

export interface AdoptedTable {
  readonly source: string;
  readonly name: string;
  readonly files: number;
  readonly rows: number;
  /** It was adopted by an earlier call. */
  readonly isKnown: boolean;
}

/**
 * Makes Iceberg tables beside a Hive table of ours and its dead letters, by metadata alone: they name the files that the ledger lists, which stay
 * where they are. The ledger of the new table begins where these end; that of a topic that has no file yet is closed all the same. Can be called again
 * after a crash anywhere: once files were taken in, what was decided first counts, where they end. Rejects with LEDGER_CLOSED or TABLE_MISMATCH when
 * another table has adopted the Hive table.
 */
export async function adoptTable(options: AdoptOptions): Promise<void> {
  const { source, hive, tools } = options;
  const { topic, store, ledger, table } = tools;
  const closing = { table: source, topic, successor: table };
  // rejects where another table goes on in its place
  await ledger.isClosedFor(closing);
  const found = await hive.load(source);
  if (found !== undefined) checkTable(found, { location: store.uri(`${source}/`), topic });
  for (const { name } of tablesOf(table)) await requireNoted(name, tools);
  // who removes expired days notes them first and looks at the mark then: either what goes is seen here, or nothing goes any more
  await markAdopted(options);
  try {
    await adoptAll(options);
  } catch (error) {
    // what can't be taken back now is by the next call
    await takeBackMark(options).catch(() => {});
    throw error;
  }
  // a member that goes on with the Hive table, as one that was frozen meanwhile, is refused from here on
  const closedAt = new Date(tools.clock.nowMs()).toISOString();
  await ledger.close({ ...closing, closedAt });
}

async function adoptAll(options: AdoptOptions): Promise<void> {
  const { source, tools } = options;
  const { table, topic, store } = tools;
  const before = await readExpiry(store, source);
  const start = await decideStart(options);
  const written = await objectsBefore(start.from, options);
  if (written.length > 0 && (await options.hive.load(source)) === undefined) throw noTable(written, options);
  const cut = { start, written, before };
  const [, ...later] = tablesOf(table);
  // what can't be taken in is found before anything is: the mark can be taken back then, and a replay may mend it
  for (const target of later) await checkFiles(await filesOf(target, cut, options), { ...tools, check: refuseMillis });
  for (const target of tablesOf(table)) await adoptOne(target, cut, options);
  // what the service would note with its first claim: the audit knows then what was never promised to this ledger
  const { chosen, decidedAt: notedAt } = start;
  for (const [partition, from] of start.from)
    await tools.ledger.noteStart({ table, topic, partition }, { from, notedAt, chosen });
}

interface Cut {
  readonly start: TopicStart;
  /** Objects of both tables. */
  readonly written: readonly WrittenObject[];
  /** The first day that was never removed. */
  readonly before: string | undefined;
}

/** Decides once how far the Hive table's files belong to the new one: that is where its own ledger begins. */
async function decideStart({
  source,
  tools: { ledger, store, table, topic, clock },
}: AdoptOptions): Promise<TopicStart> {
  const chosen = adoptedFrom(source);
  const start = await ledger.topicStart({ table, topic }, async () => {
    // partitions without an entry go on beginning where they began
    const begun = await ledger.decidedStart({ table: source, topic });
    const from = new Map(begun?.from);
    const starts = await readStarts(store, { table: source, topic });
    for (const [partition, noted] of starts) from.set(partition, noted.from);
    let topicId: string | undefined;
    for (const partition of await ledger.partitions({ table: source, topic }))
      for await (const { entry } of ledger.entries({ table: source, topic, partition })) {
        if (entry.state === 'claimed') break;
        from.set(partition, entry.to);
        topicId = entry.topicId ?? topicId;
      }
    return {
      chosen,
      decidedAt: new Date(clock.nowMs()).toISOString(),
      from,
      ...(topicId !== undefined && { topicId }),
    };
  });
  if (start?.chosen === chosen) return start;
  throw unsuitable(table, `has a ledger that was begun otherwise: ${start?.chosen ?? 'with the first record'}`);
}

/** The objects alone are kept: there may be a hundred thousand entries. */
async function objectsBefore(
  ends: ReadonlyMap<number, bigint>,
  { source, tools: { ledger, topic } }: AdoptOptions,
): Promise<WrittenObject[]> {
  const written: WrittenObject[] = [];
  for (const [partition, to] of ends)
    for await (const { entry } of ledger.entries({ table: source, topic, partition }, { from: 0n, to })) {
      if (entry.state === 'replacing' || entry.state === 'claimed') throw busy(source, entry);
      if (isCommitted(entry)) for (const object of entry.outcome.objects) written.push(object);
    }
  return written;
}

function sourceOf({ kind }: TopicTable, { source }: AdoptOptions): string {
  return kind === 'rows' ? source : deadLetterTable(source);
}

async function filesOf(target: TopicTable, { written, before }: Cut, options: AdoptOptions): Promise<AdoptedFile[]> {
  const objects = written.filter(({ kind, partition }) => kind === target.kind && !isExpired(partition, before));
  return adoptedFiles(objects, { source: sourceOf(target, options), store: options.tools.store });
}

async function adoptOne(target: TopicTable, cut: Cut, options: AdoptOptions): Promise<void> {
  const { tools, onAdopted } = options;
  const { start } = cut;
  const files = await filesOf(target, cut, options);
  if (files.length === 0) return;
  const source = sourceOf(target, options);
  const table = await provideTable({ source, name: target.name }, options);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const adopted = { source, name: target.name, files: files.length, rows };
  if (positionsOf(table.metadata, tools.topic).size > 0) {
    onAdopted({ ...adopted, isKnown: true });
    return;
  }
  await requireUnchanged(start, options);
  const added = describeObjects(files, table, { ...tools, check: refuseMillis });
  const summary = { 'glueless.adopted-from': source };
  const positions = withPositions(table.metadata, tools.topic, start.from);
  const facts = positionFacts(positions);
  const plan = { operation: 'append' as const, added, removedPaths: new Set<string>(), summary, facts };
  const change = withProperties(await namingDamaged(files, () => stage(table, plan, tools), tools), positions);
  const updates = withAdoptedRows(tools.topic, rows);
  const action = 'set-properties' as const;
  const whole = { ...change, updates: [...change.updates, { action, updates }] };
  if ((await tools.iceberg.commit(table, whole)).kind === 'conflict') throw contended(target.name);
  onAdopted({ ...adopted, isKnown: false });
}

/**
 * Rejects when another call, which was refused meanwhile, has taken back the mark or the decision that this one goes by. It is asked once
 * the table is loaded: that call would change it.
 */
async function requireUnchanged({ decidedAt }: TopicStart, { source, hive, tools }: AdoptOptions): Promise<void> {
  const { ledger, table, topic } = tools;
  const mark = (await hive.load(source))?.parameters[adoptedByParameter];
  const start = await ledger.decidedStart({ table, topic });
  if (mark !== table || start?.decidedAt !== decidedAt) throw contended(source);
}

/** Throws TABLE_MISMATCH for a file whose times readers of Iceberg would misread. */
function refuseMillis(key: string, { leaves }: FileStatistics): void {
  const inMillis = leaves.find(({ isMillis }) => isMillis);
  if (inMillis !== undefined) throw millis(key, inMillis.path.join('.'));
}

function millis(key: string, column: string): PipelineError {
  return mismatch(
    key,
    `has times in milliseconds in the column ${column}, which readers of Iceberg take for microseconds or refuse`,
    'write it again in microseconds: glueless replay --all with PARQUET_TIMESTAMPS=micros, while Kafka holds the records',
  );
}

/** The files of the ledger are of no table in the catalog; dead letters alone have none that could be marked. */
function noTable(written: readonly WrittenObject[], { source, tools }: AdoptOptions): PipelineError {
  if (written.some(({ kind }) => kind === 'rows')) return sourceMissing(source);
  return mismatch(
    source,
    'has dead letters and no row yet',
    `adopt it after its first row; or begin without it: TABLE_FORMAT=iceberg LAKE_TABLE=${tools.table} reads the topic from the first record that Kafka holds`,
  );
}

function busy(table: string, { partition, from, to, state }: LedgerEntry): PipelineError {
  return mismatch(
    table,
    `has an entry that is ${state}: partition ${partition}, offsets ${from} to ${to}`,
    'let the replay or redrive end, then adopt again',
  );
}
