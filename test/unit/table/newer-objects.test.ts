import { describe, expect, it } from 'vitest';
import { commitBatch } from '../../../src/consumer/commit/commit-batch.ts';
import { PartitionBuffer } from '../../../src/consumer/batch/partition-buffer.ts';
import { forgetMerged, listMerged } from '../../../src/consumer/ledger/notes/merged-partition.ts';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { NewerObjects } from '../../../src/consumer/table/objects/newer-objects.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import type { AuditedLake } from '../../support/audited-lake.ts';
import { countingStore } from '../../support/counting-store.ts';
import { createTestTools, openTestLake, testTable, testTopic } from '../../support/lake.ts';
import { editNote, mergedHour } from '../../support/merge-by-hand.ts';
import { hourOf, mergeLake } from '../../support/merge-lake.ts';

const range = { table: 't', topic: 'a', partition: 1, from: 1000n, to: 1100n, generation: 1 };
const keys = ['t/event_date=2026-11-23/kafka-a-1-1000-1100-g1.parquet'];

async function find(...names: string[]) {
  const { store, counts } = countingStore(createMemoryObjectStore());
  for (const name of names) await store.put(`t/event_date=2026-11-23/${name}`, Buffer.from('x'));
  const newer = new NewerObjects({ store, parquet: hyparquetReader });
  const found = await newer.find(range, keys);
  await newer.find({ ...range, from: 1100n }, keys);
  return { found, lists: counts.list };
}

describe('objects behind the ledger’s end', () => {
  it.each([
    ['at it', 'kafka-a-1-1000-1050-g1.parquet'],
    ['of a later generation', 'kafka-a-1-1000-1100-g3.parquet'],
    ['far behind it', 'kafka-a-1-1200-1300-g1.parquet'],
    ['with more digits', 'kafka-a-1-10500-10600-g1.parquet'],
  ])('are found %s', async (_, name) => {
    const { found } = await find('kafka-a-1-999-1000-g1.parquet', name);
    expect(found).toBe(`t/event_date=2026-11-23/${name}`);
  });

  it('are none of those before it, of another Kafka partition or topic; a folder is looked at once', async () => {
    const others = [
      'kafka-a-1-999-1000-g1.parquet',
      'kafka-a-2-1000-1050-g1.parquet',
      'kafka-a-1-5-1000-1050-g1.parquet',
    ];
    // once in the folder, and once whether any partition of the table was merged
    expect(await find(...others, 'kafka-a-1-notes.parquet')).toEqual({ found: undefined, lists: 2 });
  });
});

describe('a batch that the ledger knows nothing of', () => {
  it('is not claimed where objects of its offsets lie', async () => {
    const [topic, lake] = [new FakeTopic(1), await openTestLake()];
    topic.append(0, { value: '{"n":1}' }, { value: '{"n":2}' });
    const commit = (from: bigint, to: bigint) => {
      const buffer = new PartitionBuffer(0, from);
      buffer.push(topic.chunk({ partition: 0, from, to }), 0);
      return commitBatch(
        { batch: buffer.cutAt(to), reason: 'rows', commitOffset: async () => {} },
        createTestTools(lake),
      );
    };
    await commit(0n, 1n);
    await commit(1n, 2n);
    const key = `_ledger/${testTable}/${testTopic}/0/00000000000000000001.json`;
    await lake.store.delete([key]);
    await expect(commit(1n, 2n)).rejects.toMatchObject({
      code: 'LEDGER_BEHIND',
      retryable: false,
      // nothing of an Iceberg table is unlisted: its snapshots name the objects
      hint: expect.stringContaining(
        'move out of a Hive table, never delete, the objects that `glueless verify` calls unlisted',
      ),
    });
    expect(await lake.store.get(key)).toBeUndefined();
  });

  it.each([
    ['whose note is as new as they are', false],
    ['whose note is as old as the ledger', true],
  ])('is not claimed where its offsets are in merged files %s', async (_, isNoteOlder) => {
    const { lake, note } = await mergedLake();
    const { store } = lake.lake;
    await store.delete([`_ledger/${testTable}/${testTopic}/0/00000000000000000002.json`]);
    if (isNoteOlder) await editNote(lake.lake, () => note);
    await expect(writeAnew(lake, 2n)).rejects.toMatchObject({
      code: 'LEDGER_BEHIND',
      message: expect.stringContaining(`${testTable}.merged/`),
    });
  });

  it('is claimed where merged files hold what comes before it, whatever notes say', async () => {
    const { lake } = await mergedLake();
    lake.append(0, 1);
    await writeAnew(lake, 3n);
    await forgetMerged(lake.lake.store, testTable, mergedHour);
    lake.append(0, 1);
    await writeAnew(lake, 4n);
    expect(await Array.fromAsync(lake.lake.store.list(`${testTable}/`))).toHaveLength(2);
  });
});

/** An hour of three batches, all in merged files; with the note as it was before the third. */
async function mergedLake() {
  const lake = await hourOf(2);
  const { store } = lake.lake;
  await mergeLake(store);
  const [before] = await Array.fromAsync(listMerged(store, testTable));
  if (before === undefined) throw new Error('it was merged');
  await lake.write(0, 1);
  await mergeLake(store);
  await mergeLake(store, { orphansBeforeMs: Infinity });
  expect(await Array.fromAsync(store.list(`${testTable}/`))).toEqual([]);
  return { lake, note: before.note };
}

/** Writes the record at the offset as a process that was started anew. */
async function writeAnew({ lake, topic }: AuditedLake, from: bigint): Promise<void> {
  const policy = { rowsMax: 100, bytesMax: 1e6, ageMaxMs: 1000 };
  const options = { reader: topic, tools: createTestTools(lake), policy, signal: new AbortController().signal };
  await replayItem({ kind: 'write', range: { partition: 0, from, to: from + 1n } }, options);
}
