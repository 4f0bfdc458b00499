import { describe, expect, it } from 'vitest';
import { readNewestFile } from '../../../src/app/lake/read-newest-file.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import type { ObjectStore, TableFormat } from '../../../src/consumer/ports/lake.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { openIcebergLake } from '../../support/iceberg-lake.ts';
import { commitRows, createIcebergTools } from '../../support/iceberg-service.ts';
import { openTestLake, testTable, testTopic } from '../../support/lake.ts';
import { maintainLake } from '../../support/maintain-lake.ts';
import { mergeLake } from '../../support/merge-lake.ts';
import { run, topicOf } from '../../support/run-service.ts';
import { writeBatches } from '../../support/write-batches.ts';

async function read(store: ObjectStore, format: TableFormat = 'hive'): Promise<string> {
  const lake = { store, parquet: hyparquetReader };
  return readNewestFile({ table: testTable, topic: testTopic }, { lake, ledger: new Ledger(store), format });
}

async function filesOf(store: ObjectStore): Promise<string[]> {
  const keys = await Array.fromAsync(store.list(`${testTable}/`), ({ key }) => key);
  return keys.filter((key) => key.endsWith('.parquet'));
}

/** A table with a file of the partition 0 and then one of the partition 1. */
async function openWritten() {
  const lake = await openTestLake();
  const topic = topicOf(2, 0);
  for (const partition of topic.partitions) {
    topic.append(partition, ...jsonRecords({ n: 1 }, { n: 2 }, { n: 3 }).slice(partition));
    await run(topic, lake);
  }
  return lake;
}

describe('the newest file of a table', () => {
  it('is the one of the batch that was written last, of all Kafka partitions', async () => {
    const { store } = await openTestLake();
    expect(await read(store)).toBe('no batch is written yet');
    const lake = await openWritten();
    expect(await read(lake.store)).toMatch(/^read file:.*kafka-readings-1-0-2-.*, 2 rows$/);
  });

  it('is damaged where it is cut, where its pages are, and where it has other rows', async () => {
    const { store } = await openWritten();
    const [first = '', second = ''] = await filesOf(store);
    const whole = (await store.get(second))?.bytes ?? new Uint8Array();
    const other = (await store.get(first))?.bytes ?? new Uint8Array();
    const damaged = Uint8Array.from(whole, (byte, at) => (at >= 4 && at < 60 ? 255 - byte : byte));
    for (const bytes of [whole.subarray(0, whole.length - 9), damaged, other]) {
      await store.put(second, bytes);
      await expect(read(store)).rejects.toMatchObject({
        code: 'OBJECT_UNREADABLE',
        message: expect.stringContaining(second),
      });
    }
    await store.put(second, whole);
    expect(await read(store)).toContain('2 rows');
  });

  it('is missed where it is gone, and looked for where it was merged', async () => {
    const { store } = await openWritten();
    await mergeLake(store);
    await mergeLake(store, { orphansBeforeMs: Infinity });
    expect(await filesOf(store)).toEqual([]);
    expect(await read(store)).toMatch(/^read file:.*merged-.*, 5 rows$/);
    const gone = await openWritten();
    await gone.store.delete(await filesOf(gone.store));
    await expect(read(gone.store)).rejects.toMatchObject({
      code: 'STORE_MISSING',
      hint: expect.stringContaining('verify'),
    });
  });

  it('may be another one by now where an Iceberg table has merged its files', async () => {
    const lake = await openIcebergLake();
    const hour = { eventTime: '2026-11-23T08:00:00Z' };
    await writeBatches(createIcebergTools(lake), [jsonRecords({ n: 1, ...hour }), jsonRecords({ n: 2, ...hour })]);
    await commitRows(lake);
    expect(await read(lake.store, 'iceberg')).toContain('1 rows');
    expect(await maintainLake(lake)).toContainEqual(expect.objectContaining({ kind: 'merged' }));
    await lake.store.delete((await filesOf(lake.store)).filter((key) => !key.includes('merged-')));
    expect(await read(lake.store, 'iceberg')).toContain('written into another file');
  });
});
