import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replayItem } from '../../src/consumer/replay/replay.ts';
import type { CommitTools } from '../../src/consumer/commit/tools/commit-tools.ts';
import { verify, type VerifyOptions, type VerifyReport } from '../../src/consumer/audit/verify.ts';
import { carryOut } from '../../src/consumer/audit/carry-out.ts';
import { Ledger } from '../../src/consumer/ledger/ledger.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { FakeTopic } from '../fakes/fake-topic.ts';
import { testTimestampMs } from './chunks.ts';
import {
  createTestTools,
  openTestLake,
  testPath,
  testTable,
  testTopic,
  type TestLake,
  type TestToolsOptions,
} from './lake.ts';

export type Json = Record<string, unknown>;

/** Records of one batch: rows of two hours, a tombstone and a dead letter. */
export const batchRecords = 20;

/** A table of two batches of each of two Kafka partitions on a local lake, whose files a test may tamper with. */
export class AuditedLake {
  readonly lake: TestLake;
  readonly topic: FakeTopic;
  readonly tools: CommitTools;

  private constructor(lake: TestLake, topic: FakeTopic, tools: CommitTools) {
    this.lake = lake;
    this.topic = topic;
    this.tools = tools;
  }

  /** The same without any batch. */
  static async empty(options: Partial<TestToolsOptions> = {}, given?: TestLake): Promise<AuditedLake> {
    const lake = given ?? (await openTestLake());
    return new AuditedLake(lake, new FakeTopic(2), createTestTools({ ...lake, ...options }));
  }

  static async open(options: Partial<TestToolsOptions> = {}): Promise<AuditedLake> {
    const audited = await AuditedLake.empty(options);
    for (const partition of [0, 1]) {
      await audited.write(partition);
      await audited.write(partition);
    }
    return audited;
  }

  /** Appends one more batch of records and writes it; `timestampMs`: when they were sent and measured. */
  async write(partition: number, count = batchRecords, timestampMs = testTimestampMs): Promise<void> {
    const from = this.topic.marksOf(partition).high;
    this.append(partition, count, timestampMs);
    await this.replay({ partition, from, to: from + BigInt(count) });
  }

  append(partition: number, count = batchRecords, timestampMs = testTimestampMs): void {
    const eventTime = (index: number): string => new Date(timestampMs + (index % 2) * 3_600_000).toISOString();
    const value = (index: number): string | null =>
      index === 3 ? null : index === 4 ? '{broken' : JSON.stringify({ n: index + 0.5, eventTime: eventTime(index) });
    this.topic.append(
      partition,
      ...Array.from({ length: count }, (_, index) => ({ value: value(index), timestampMs })),
    );
  }

  async replay(range: { readonly partition: number; readonly from: bigint; readonly to: bigint }): Promise<void> {
    const policy = { rowsMax: 100, bytesMax: 1e6, ageMaxMs: 1000 };
    const options = { reader: this.topic, tools: this.tools, policy, signal: new AbortController().signal };
    const path = testPath(range.partition);
    const found = await this.tools.ledger.get(path, range.from);
    const topicId = this.topic.id;
    if (found?.entry.state !== 'committed')
      await replayItem({ kind: 'write', range }, { ...options, ...(topicId !== undefined && { topicId }) });
    else await replayItem({ kind: 'replace', range, current: { ...found, entry: found.entry } }, options);
  }

  /** Paths of the objects of a batch, ordered by their keys: dead letters first. */
  async objects(partition: number, from: number): Promise<string[]> {
    const name = `kafka-${testTopic}-${partition}-${from}-${from + batchRecords}-g`;
    const files = await readdir(this.lake.root, { recursive: true });
    return files
      .filter((file) => file.includes(name) && !file.startsWith('_'))
      .toSorted((a, b) => Number(b.includes('dead_letters')) - Number(a.includes('dead_letters')) || (a < b ? -1 : 1))
      .map((file) => join(this.lake.root, file));
  }

  /** The ledger's folder of a Kafka partition. */
  ledgerFolder(partition: number): string {
    return join(this.lake.root, '_ledger', testTable, testTopic, String(partition));
  }

  entryPath(partition: number, from: number): string {
    return join(this.ledgerFolder(partition), `${String(from).padStart(20, '0')}.json`);
  }

  async removeEntry(partition: number, from: number): Promise<void> {
    for (const version of ['', '@2']) await rm(this.entryPath(partition, from) + version, { force: true });
  }

  /** Rewrites an entry behind the back of the program; a string is written as it is. */
  async editEntry(partition: number, from: number, edit: (entry: Json) => unknown): Promise<void> {
    const path = `${this.entryPath(partition, from)}@2`;
    const edited = edit(JSON.parse(await readFile(path, 'utf8')));
    await writeFile(path, typeof edited === 'string' ? edited : JSON.stringify(edited));
  }

  /** The same with what became of an entry later. */
  async editRevision(partition: number, from: number, edit: (entry: Json) => unknown): Promise<void> {
    const folder = join(this.ledgerFolder(partition), 'revisions');
    const names = (await readdir(folder)).filter((name) => name.startsWith(String(from).padStart(20, '0')));
    const path = join(folder, names.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1)).at(-1) ?? '');
    const edited = edit(JSON.parse(await readFile(path, 'utf8')));
    await writeFile(path, typeof edited === 'string' ? edited : JSON.stringify(edited));
  }

  /** Rewrites a table's definition in the catalog. */
  async editTable(table: string, edit: (definition: { columns: Json[] } & Json) => unknown): Promise<void> {
    const folder = join(this.lake.root, '_catalog', 'test');
    const versions = (await readdir(folder)).filter((name) => name.startsWith(`${table}.json`));
    const path = join(folder, versions.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1)).at(-1) ?? '');
    await writeFile(path, JSON.stringify(edit(JSON.parse(await readFile(path, 'utf8')))));
  }

  /** Paths of a table's partitions in the catalog. */
  async catalogPartitions(table = testTable): Promise<string[]> {
    const folder = join(this.lake.root, '_catalog', 'test', `${table}.partitions`);
    return (await readdir(folder)).toSorted().map((name) => join(folder, name));
  }

  async verify(options: Partial<VerifyOptions> = {}): Promise<VerifyReport> {
    return verify({ ...this.#options(), reader: this.topic, ...options });
  }

  /** Names of what is found, each once, in their order. */
  async problems(options: Partial<VerifyOptions> = {}): Promise<string[]> {
    const { findings } = await this.verify(options);
    return [...new Set(findings.map(({ problem }) => problem))];
  }

  /** Carries out what the audit offers; answers with what was done. */
  async repair(options: Partial<VerifyOptions> = {}): Promise<string[]> {
    const done: string[] = [];
    const { repairs } = await this.verify(options);
    await carryOut(repairs, { ...this.#options(), ...options, onDone: (line) => done.push(line) });
    return done;
  }

  get ledger(): Ledger {
    return this.tools.ledger;
  }

  #options(): VerifyOptions {
    const { store, catalog } = this.lake;
    const about = { table: testTable, topic: testTopic, nowMs: systemClock.nowMs(), claimAgeMaxMs: 60_000 };
    return { ledger: new Ledger(store), store, catalog, parquet: hyparquetReader, ...about };
  }
}

/** A Parquet file of rows that have nothing but these Kafka coordinates. */
export async function fileOfOffsets(
  partition: number,
  offsets: readonly number[],
  index?: number,
): Promise<Uint8Array> {
  return createColumnEncoder({ codec: 'zstd', rowGroupRows: 100 }).encode({
    rowCount: offsets.length,
    columns: [
      {
        name: 'kafka_partition',
        type: { kind: 'int' },
        data: { kind: 'int', values: new Int32Array(offsets.length).fill(partition) },
      },
      {
        name: 'kafka_offset',
        type: { kind: 'bigint' },
        data: { kind: 'bigint', values: BigInt64Array.from(offsets, BigInt) },
      },
      ...(index === undefined
        ? []
        : [
            {
              name: 'kafka_index',
              type: { kind: 'int' } as const,
              data: { kind: 'int' as const, values: new Int32Array(offsets.length).fill(index) },
            },
          ]),
    ],
  });
}
