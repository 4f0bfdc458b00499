import { isDeepStrictEqual } from 'node:util';
import { mapConcurrently } from '../../runtime/concurrency.ts';
import {
  auditChain,
  auditCoordinates,
  auditForeign,
  auditObject,
  auditRows,
  auditWatermarks,
  type Finding,
} from './audit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import {
  isDeletable,
  isWritten,
  listsObject,
  type LedgerEntry,
  type WrittenEntry,
  type WrittenObject,
} from '../ledger/ledger-entry.ts';
import { isHidden, parseObjectName } from '../ledger/object-keys.ts';
import type { Catalog, ObjectStore } from '../ports/lake.ts';
import type { ParquetReader } from '../ports/parquet.ts';
import type { TopicReader, Watermarks } from '../ports/topic.ts';

export interface VerifyOptions {
  readonly ledger: Ledger;
  readonly store: ObjectStore;
  readonly catalog: Catalog;
  readonly parquet: ParquetReader;
  /** Left out: the ledger is not compared with the broker. */
  readonly reader?: TopicReader;
  readonly table: string;
  readonly deadLetterTable: string;
  readonly topic: string;
  /** Reads every row's Kafka coordinates, where the table has them, instead of the files' footers only. */
  readonly deep: boolean;
}

/** What one Kafka partition's part of the ledger adds up to. */
export interface PartitionSummary {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
  readonly entries: number;
  readonly records: number;
  readonly rows: number;
  readonly deadLetters: number;
  readonly tombstones: number;
  readonly objects: number;
  readonly bytes: number;
  readonly gapOffsets: bigint;
  /** Offsets Kafka holds and the ledger doesn't yet; `undefined` without a broker. */
  readonly lag: bigint | undefined;
}

export interface VerifyReport {
  readonly partitions: readonly PartitionSummary[];
  readonly findings: readonly Finding[];
  /** Keys that `--repair` may delete: their rows are all in other objects, or a replay has replaced them. */
  readonly removable: readonly string[];
}

const requestsMax = 16;

/** The audit: ledger against objects against catalog against broker. Changes nothing. */
export async function verify(asked: VerifyOptions): Promise<VerifyReport> {
  const options = { ...asked, deep: asked.deep && (await tellsOffsets(asked)) };
  const { ledger, table, topic } = options;
  const watermarks = (await options.reader?.describe())?.partitions;
  const chains = new Map<number, LedgerEntry[]>();
  for (const partition of await ledger.partitions({ table, topic })) {
    const entries = await Array.fromAsync(ledger.entries({ table, topic, partition }), ({ entry }) => entry);
    chains.set(partition, entries);
  }
  const listed = await listObjects(options);
  const written = [...chains.values()].flat().filter(isWritten);
  const foreign = await findForeign(written, listed, options);
  return {
    partitions: [...chains].map(([partition, entries]) => summarize(partition, entries, watermarks?.get(partition))),
    findings: [
      ...[...chains.values()].flatMap(auditChain),
      ...[...(watermarks ?? [])].flatMap(([id, marks]) => auditWatermarks(id, chains.get(id) ?? [], marks)),
      ...(await mapConcurrently(written, requestsMax, (entry) => auditObjects(entry, listed, options))).flat(),
      ...foreign.map(({ finding }) => finding),
      ...(await auditRegistration(written, options)),
    ],
    removable: foreign.filter(({ isObsolete }) => isObsolete).map(({ finding }) => finding.where),
  };
}

/** False for a table that was made without the Kafka columns: its rows can be counted, not told apart. */
async function tellsOffsets({ catalog, table }: VerifyOptions): Promise<boolean> {
  const found = await catalog.load(table);
  return found === undefined || found.columns.some(({ name }) => name === 'kafka_offset');
}

async function listObjects({ store, table, deadLetterTable }: VerifyOptions): Promise<Map<string, number>> {
  const listed = new Map<string, number>();
  for (const folder of [table, deadLetterTable]) {
    for await (const { key, size } of store.list(`${folder}/`)) if (!isHidden(key)) listed.set(key, size);
  }
  return listed;
}

async function auditObjects(
  entry: WrittenEntry,
  listed: ReadonlyMap<string, number>,
  options: VerifyOptions,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const offsets: bigint[] = [];
  for (const object of entry.outcome.objects) {
    const outside = auditObject(entry, object, listed);
    if (outside.length > 0) findings.push(...outside);
    else if (options.deep) offsets.push(...(await readOffsets(entry, object, options)));
    else findings.push(...auditRows(entry, object, await countRows(object, options)));
  }
  if (options.deep && findings.length === 0) findings.push(...auditCoordinates(entry, offsets));
  // a replay may have changed the entry since it was read
  return findings.length > 0 && (await hasChanged(entry, options)) ? [] : findings;
}

async function countRows({ key, bytes }: WrittenObject, { store, parquet }: VerifyOptions): Promise<number> {
  return parquet.rowCount({ size: bytes, read: (start, end) => store.getRange(key, start, end) });
}

/** Offsets found in the object; those of another Kafka partition count as offset -1, which belongs to no range. */
async function readOffsets(
  entry: WrittenEntry,
  { key }: WrittenObject,
  { store, parquet }: VerifyOptions,
): Promise<bigint[]> {
  const stored = await store.get(key);
  if (stored === undefined) return [];
  const [partitions = [], offsets = []] = await parquet.integers(stored.bytes, ['kafka_partition', 'kafka_offset']);
  const partition = BigInt(entry.partition);
  return offsets.map((offset, row) => (partitions[row] === partition ? offset : -1n));
}

async function hasChanged(entry: WrittenEntry, { ledger }: VerifyOptions): Promise<boolean> {
  const now = await ledger.get(entry, entry.from);
  return !isDeepStrictEqual(now?.entry, entry);
}

interface ForeignObject {
  readonly finding: Finding;
  readonly isObsolete: boolean;
}

async function findForeign(
  written: readonly WrittenEntry[],
  listed: ReadonlyMap<string, number>,
  options: VerifyOptions,
): Promise<ForeignObject[]> {
  const ours = new Set(written.flatMap(({ outcome }) => outcome.objects.map(({ key }) => key)));
  const unlisted = [...listed.keys()].filter((key) => !ours.has(key));
  const found = await mapConcurrently(unlisted, requestsMax, (key) => examineUnlisted(key, options));
  return found.filter((object) => object !== undefined);
}

async function examineUnlisted(
  key: string,
  { ledger, table, topic }: VerifyOptions,
): Promise<ForeignObject | undefined> {
  const name = parseObjectName(key);
  if (name === undefined || name.topic !== topic)
    return { finding: auditForeign(key, undefined, false), isObsolete: false };
  const now = await ledger.get({ table, topic, partition: name.partition }, name.from);
  const entry = now?.entry.to === name.to ? now.entry : undefined;
  if (entry !== undefined && (listsObject(entry, key) || isUnderWay(entry, name.generation))) return undefined;
  const isObsolete = entry !== undefined && isDeletable(entry, { key, generation: name.generation });
  return { finding: auditForeign(key, name, isObsolete), isObsolete };
}

/** A running process has put the object and not yet written its entry. */
function isUnderWay(entry: LedgerEntry, generation: number): boolean {
  if (entry.state === 'claimed') return entry.generation <= generation;
  return entry.state === 'replacing' && generation > entry.generation;
}

async function auditRegistration(written: readonly WrittenEntry[], options: VerifyOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [kind, name] of [
    ['rows', options.table],
    ['dead-letters', options.deadLetterTable],
  ] as const) {
    const objects = written.flatMap(({ outcome }) => outcome.objects.filter((object) => object.kind === kind));
    if (objects.length > 0) findings.push(...(await auditTable(name, objects, options)));
  }
  return findings;
}

async function auditTable(
  name: string,
  objects: readonly WrittenObject[],
  { catalog }: VerifyOptions,
): Promise<Finding[]> {
  const action = 'glueless verify --repair registers it';
  const table = await catalog.load(name);
  if (table === undefined) {
    return [
      {
        problem: 'partition-unregistered',
        where: name,
        what: 'the table is not in the catalog',
        action: 'start the consumer: it creates the table again',
      },
    ];
  }
  if (table.partitionKeys.length === 0 || table.parameters['projection.enabled'] === 'true') return [];
  const registered = new Set<string>();
  for await (const { values } of catalog.listPartitions(name)) registered.add(values.join('/'));
  const missing = new Set(objects.map(({ partition }) => partition.join('/')).filter((id) => !registered.has(id)));
  return [...missing].map((id) => ({
    problem: 'partition-unregistered',
    where: `${name}/${id}`,
    what: 'is not in the catalog, so Athena does not see it',
    action,
  }));
}

function summarize(
  partition: number,
  entries: readonly LedgerEntry[],
  marks: Watermarks | undefined,
): PartitionSummary {
  const written = entries.filter(isWritten).map(({ outcome }) => outcome);
  const objects = written.flatMap((outcome) => outcome.objects);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const to = BigInt(entries.at(-1)?.to ?? 0);
  return {
    partition,
    from: BigInt(entries[0]?.from ?? 0),
    to,
    entries: entries.length,
    records: sum(written.map(({ records }) => records)),
    rows: sum(written.map(({ rows }) => rows)),
    deadLetters: sum(written.map(({ deadLetters }) => deadLetters)),
    tombstones: sum(written.map(({ tombstones }) => tombstones)),
    objects: objects.length,
    bytes: sum(objects.map(({ bytes }) => bytes)),
    gapOffsets: entries.filter(({ state }) => state === 'gap').reduce((total, gap) => total + gap.to - gap.from, 0n),
    lag: marks === undefined ? undefined : marks.high > to ? marks.high - to : 0n,
  };
}
