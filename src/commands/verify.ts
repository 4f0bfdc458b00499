import { acknowledgeGaps } from '../consumer/ledger/acknowledge-gaps.ts';
import { deadLetterTable } from '../consumer/table/dead-letters.ts';
import { Ledger } from '../consumer/ledger/ledger.ts';
import { verify, type PartitionSummary, type VerifyReport } from '../consumer/audit/verify.ts';
import { createTopicReader } from '../kafka/topic-reader.ts';
import { hyparquetReader } from '../parquet/parquet-reader.ts';
import { alignColumns } from '../report/format.ts';
import { systemClock } from '../runtime/clock.ts';
import type { KafkaSettings, Settings } from '../app/settings.ts';
import { connectKafka } from '../app/connect-kafka.ts';
import { printJson, printLines } from '../app/output.ts';
import { openLake } from '../app/open-lake.ts';
import { exitCodes } from '../app/exit-codes.ts';

export interface VerifyCommandOptions {
  readonly deep: boolean;
  readonly json: boolean;
  /** False: the ledger is not compared with the broker. */
  readonly broker: boolean;
  readonly repair: boolean;
  readonly acknowledgeGaps: boolean;
}

/** Prints the audit; 1 when anything is wrong. */
export async function verifyTable(settings: Settings, options: VerifyCommandOptions): Promise<number> {
  const { store, catalog } = await openLake(settings.lake);
  const table = settings.table.name;
  const { topic } = settings.kafka;
  await using reader = options.broker ? await connectReader(settings.kafka) : undefined;
  const run = () =>
    verify({
      ledger: new Ledger(store),
      store,
      catalog,
      parquet: hyparquetReader,
      ...(reader !== undefined && { reader }),
      table,
      deadLetterTable: deadLetterTable(table),
      topic,
      deep: options.deep,
    });
  if (options.acknowledgeGaps) {
    const acknowledgedAt = new Date(systemClock.nowMs()).toISOString();
    await acknowledgeGaps(new Ledger(store), { table, topic, acknowledgedAt });
  }
  let report = await run();
  const removed = options.repair ? report.removable : [];
  if (removed.length > 0) {
    await store.delete(removed);
    report = await run();
  }
  if (options.json) printJson(toJson(report, removed), 2);
  else printLines(...toLines(report, { table, removed }));
  return report.findings.length === 0 ? exitCodes.done : exitCodes.failed;
}

async function connectReader(settings: KafkaSettings) {
  const { kafka } = await connectKafka(settings, { patience: 'one-off', nowMs: systemClock.nowMs() });
  return createTopicReader({ kafka, topic: settings.topic });
}

function toJson({ partitions, findings, removable }: VerifyReport, removed: readonly string[]): object {
  return { ok: findings.length === 0, partitions, findings, removable, removed };
}

function toLines(
  { partitions, findings, removable }: VerifyReport,
  { table, removed }: { readonly table: string; readonly removed: readonly string[] },
): string[] {
  const header = [
    'partition',
    'from',
    'to',
    'batches',
    'records',
    'rows',
    'dead letters',
    'tombstones',
    'gaps',
    'objects',
    'lag',
  ];
  const rows = partitions.map((each) => [String(each.partition), ...cellsOf(each)]);
  const total = sumOf(partitions);
  return [
    ...alignColumns([header, ...rows]),
    '',
    ...findings.flatMap(({ problem, where, what, action }) => [
      `${problem}: ${where} ${what}`,
      `  what to do: ${action}`,
    ]),
    ...removed.map((key) => `removed ${key}`),
    ...(removable.length > 0
      ? [`${removable.length} objects hold nothing but doubled rows: \`glueless verify --repair\` removes them`]
      : []),
    findings.length === 0
      ? `${table}: nothing lost, nothing doubled: ${total.records} records = ${total.rows} rows + ${total.deadLetters} dead letters + ${total.tombstones} tombstones`
      : `${table}: ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`,
  ];
}

function cellsOf(summary: PartitionSummary): string[] {
  const { from, to, entries, records, rows, deadLetters, tombstones, gapOffsets, objects, lag } = summary;
  return [from, to, entries, records, rows, deadLetters, tombstones, gapOffsets, objects, lag ?? ''].map(String);
}

function sumOf(partitions: readonly PartitionSummary[]) {
  const total = { records: 0, rows: 0, deadLetters: 0, tombstones: 0 };
  for (const { records, rows, deadLetters, tombstones } of partitions) {
    total.records += records;
    total.rows += rows;
    total.deadLetters += deadLetters;
    total.tombstones += tombstones;
  }
  return total;
}
