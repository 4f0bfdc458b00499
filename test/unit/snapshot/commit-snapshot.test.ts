import { describe, expect, it } from 'vitest';
import type { CommittedSnapshot } from '../../../src/consumer/commit/tools/pipeline-observer.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { positionsOf, positionsProperty, snapshotProperty } from '../../../src/consumer/snapshot/table-positions.ts';
import { writeManifestList } from '../../../src/iceberg/manifests/manifest-list.ts';
import { currentSnapshot, type Snapshot } from '../../../src/iceberg/metadata/table-metadata.ts';
import type { TableUpdate } from '../../../src/iceberg/metadata/table-updates.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { jsonRecords } from '../../support/chunks.ts';
import {
  changeTable,
  type IcebergTestLake,
  loadTable,
  openIcebergLake,
  setProperties,
} from '../../support/iceberg-lake.ts';
import {
  allOffsets,
  commitRows,
  createIcebergTools,
  doubledOffsets,
  commitFaults,
  withFault,
  runIceberg,
  visibleOffsets,
} from '../../support/iceberg-service.ts';
import { audit, testPath, testTable, testTopic } from '../../support/lake.ts';
import { testPolicy, topicOf } from '../../support/run-service.ts';
import { writeBatches } from '../../support/write-batches.ts';

/** Writes batches of one partition into the ledger; nobody sees them yet. */
async function write(lake: IcebergTestLake, ...sizes: readonly number[]): Promise<void> {
  const batches = sizes.map((size) => jsonRecords(...Array.from({ length: size }, (_, n) => ({ n }))));
  await writeBatches(createIcebergTools(lake), batches);
}

describe('the service in Iceberg mode', () => {
  it('makes every record part of the table once, and says how far the table is', async () => {
    const topic = topicOf(3, 120);
    const lake = await openIcebergLake();
    const snapshots: CommittedSnapshot[] = [];
    const { ledger } = await runIceberg(topic, lake, {
      observer: { snapshotCommitted: (each) => snapshots.push(each) },
    });
    expect(await visibleOffsets(lake)).toEqual(allOffsets(3, 120));
    expect(await doubledOffsets(lake)).toEqual([]);
    const { metadata } = await loadTable(lake);
    expect(positionsOf(metadata, testTopic)).toEqual(
      new Map([
        [0, 120n],
        [1, 120n],
        [2, 120n],
      ]),
    );
    expect(snapshots.reduce((sum, { rows }) => sum + rows, 0)).toBe(360);
    const entries = await Array.fromAsync(ledger.entries(testPath(1)));
    expect(new Set(entries.map(({ entry }) => entry.state))).toEqual(new Set(['written']));
  });

  it('goes on where it was, with new columns and dead letters, each in a table of its own', async () => {
    const topic = topicOf(2, 30);
    const lake = await openIcebergLake();
    await runIceberg(topic, lake);
    topic.append(0, ...jsonRecords({ n: 1, place: { lat: 1.5 } }, 'no JSON', { n: 'text', tags: ['a'] }));
    topic.append(1, ...jsonRecords({ n: 2, place: { lat: 2.5, lon: 3 } }));
    await runIceberg(topic, lake);
    const visible = await visibleOffsets(lake);
    expect(visible).toHaveLength(63);
    expect(await visibleOffsets(lake, `${testTable}_dead_letters`)).toEqual(['0/31']);
    expect(await doubledOffsets(lake)).toEqual([]);
    const columns = (await lake.catalog.load(testTable))?.columns.map(({ name }) => name);
    expect(columns).toEqual(expect.arrayContaining(['n', 'n_string', 'place', 'tags']));
  });

  it('shows what it has written when it is asked to stop, before the next snapshot is due', async () => {
    const topic = topicOf(1, 40);
    const lake = await openIcebergLake();
    const stop = new AbortController();
    let written = 0;
    const observer = {
      committed: ({ entry }: { entry: { outcome: { rows: number } } }) => {
        written += entry.outcome.rows;
        if (written === 40) stop.abort();
      },
    };
    await runIceberg(topic, lake, {
      untilEnd: false,
      stop: stop.signal,
      everyMs: 3_600_000,
      drainMs: 60_000,
      observer,
    });
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 40));
  });

  it('writes what arrived before a boundary, however long a batch may wait, and shows it', async () => {
    const topic = topicOf(2, 3);
    const lake = await openIcebergLake();
    const stop = new AbortController();
    const reasons = new Set<string>();
    let shown = 0;
    await runIceberg(topic, lake, {
      untilEnd: false,
      stop: stop.signal,
      everyMs: 1000,
      policy: { ...testPolicy, ageMaxMs: 3_600_000 },
      observer: {
        committed: ({ reason }) => reasons.add(reason),
        snapshotCommitted: ({ rows }) => {
          shown += rows;
          if (shown === 6) stop.abort();
        },
      },
    });
    expect([...reasons]).toEqual(['snapshot']);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(2, 3));
  });

  it('commits what a member without partition 0 has written too', async () => {
    const topic = new FakeTopic(2);
    topic.append(1, ...jsonRecords({ n: 1 }));
    const lake = await openIcebergLake();
    await runIceberg(topic, lake);
    expect(await visibleOffsets(lake)).toEqual(['1/0']);
  });
});

describe('a snapshot', () => {
  it('takes in all entries that follow the positions, and nothing when there is none', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3, 4, 5);
    expect(await commitRows(lake)).toMatchObject({ committed: { entries: 3, rows: 12, conflicts: 0 }, hasMore: false });
    expect(await commitRows(lake)).toBeUndefined();
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 12));
  });

  it.each(commitFaults)('is settled by reading when its answer does not come: %s', async (fault) => {
    const lake = await openIcebergLake();
    await write(lake, 3, 4);
    const faulty = withFault(lake, fault);
    await expect(commitRows(faulty)).rejects.toMatchObject({ retryable: true });
    const again = await commitRows(faulty);
    // what arrived counts; what did not is tried again, and what arrives too late is refused
    expect(again === undefined).toBe(fault === 'lost-answer');
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 7));
    expect(await doubledOffsets(lake)).toEqual([]);
  });

  it('is not doubled by a retry after others have expired all snapshots of ours', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3);
    const faulty = withFault(lake, 'lost-answer');
    await expect(commitRows(faulty)).rejects.toMatchObject({ retryable: true });
    const table = await loadTable(lake);
    const ours = table.metadata['current-snapshot-id'] ?? 0n;
    const other = {
      ...table.metadata.snapshots[0],
      'snapshot-id': 5n,
      'parent-snapshot-id': ours,
      'sequence-number': 2,
    };
    await lake.iceberg.commit(table, {
      requirements: [],
      updates: [
        { action: 'add-snapshot', snapshot: { 'timestamp-ms': 1, 'manifest-list': '', ...other } },
        { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': 5n },
        { action: 'remove-snapshots', 'snapshot-ids': [ours] },
      ],
    });
    expect(await commitRows(faulty)).toBeUndefined();
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 3));
  });

  it('is committed once, whoever of many members does it at the same time', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3, 4, 5);
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => commitRows(lake)));
    expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 12));
    expect(await doubledOffsets(lake)).toEqual([]);
  });

  it('of a member that was frozen before its commit finds that another one has done it', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3);
    const frozen = Promise.withResolvers<void>();
    const isThere = Promise.withResolvers<void>();
    const iceberg = {
      ...lake.iceberg,
      commit: async (...request: Parameters<typeof lake.iceberg.commit>) => {
        isThere.resolve();
        await frozen.promise;
        return lake.iceberg.commit(...request);
      },
    };
    const late = commitRows({ ...lake, iceberg });
    await isThere.promise;
    expect(await commitRows(lake)).toMatchObject({ committed: { rows: 3 } });
    frozen.resolve();
    expect(await late).toBeUndefined();
    expect(await doubledOffsets(lake)).toEqual([]);
  });

  it('passes gaps, and stops before a claim', async () => {
    const lake = await openIcebergLake();
    await write(lake, 2);
    const ledger = new Ledger(lake.store);
    const range = { format: 2, table: testTable, topic: testTopic, partition: 0, writer: 'w' } as const;
    const claimedAt = new Date().toISOString();
    await ledger.claim({ ...range, state: 'gap', from: 2n, to: 9n, claimedAt });
    await commitRows(lake);
    await commitRows(lake, {});
    const { metadata } = await loadTable(lake);
    expect(positionsOf(metadata, testTopic)).toEqual(new Map([[0, 9n]]));
  });
});

describe('a table that is not what it was', () => {
  it('is refused when it was dropped', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3);
    await commitRows(lake);
    await lake.store.delete([`_catalog/test/${testTable}.json`]);
    await expect(commitRows(lake)).rejects.toMatchObject({ code: 'TABLE_MISSING', retryable: false });
  });

  it('is refused when it was dropped and made anew', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3);
    await commitRows(lake);
    const table = await lake.catalog.load(testTable);
    if (table === undefined) throw new Error('it is there');
    await lake.store.delete([`_catalog/test/${testTable}.json`]);
    await lake.catalog.create({ ...table, parameters: {} });
    await expect(commitRows(lake)).rejects.toMatchObject({ code: 'TABLE_RECREATED', retryable: false });
  });

  it('is refused when it was set back to an older snapshot, with the positions that it holds', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3);
    await commitRows(lake);
    const first = (await loadTable(lake)).metadata['current-snapshot-id'] ?? 0n;
    const tools = createIcebergTools(lake);
    const batches = [jsonRecords({ n: 1 }, { n: 2 }, { n: 3 }), jsonRecords({ n: 4 })];
    await writeBatches(tools, batches);
    await commitRows(lake);
    const back = { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': first } as const;
    await changeTable(lake, [back]);
    await expect(commitRows(lake)).rejects.toMatchObject({
      code: 'TABLE_ROLLED_BACK',
      message: expect.stringContaining('{"readings/0":"3"}'),
    });
    // also when our later snapshots are expired: then the bounds of the files tell
    const table = await loadTable(lake);
    const newest = BigInt(table.metadata.properties[snapshotProperty] ?? 0);
    const gone = { action: 'remove-snapshots', 'snapshot-ids': [newest] } as const;
    await changeTable(lake, [gone]);
    await expect(commitRows(lake)).rejects.toMatchObject({
      code: 'TABLE_ROLLED_BACK',
      message: expect.stringContaining('no file of it holds rows of readings/0 from offset 3 on'),
    });
    // the way out that the hint names
    await lake.iceberg.commit(await loadTable(lake), {
      requirements: [],
      updates: [
        { action: 'set-properties', updates: { [positionsProperty]: '{"readings/0":"3"}' } },
        { action: 'remove-properties', removals: [snapshotProperty] },
      ],
    });
    await commitRows(lake);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 4));
  });

  it('says what it holds when it was set back, also where others have followed or older versions have written', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3);
    await commitRows(lake);
    const { metadata } = await loadTable(lake);
    const first = currentSnapshot(metadata);
    if (first === undefined) throw new Error('it has a snapshot');
    await writeBatches(createIcebergTools(lake), [jsonRecords({ n: 1 }, { n: 2 }, { n: 3 }), jsonRecords({ n: 4 })]);
    await commitRows(lake);
    const setTo = async (id: bigint, ...before: readonly TableUpdate[]) => {
      const back = { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id } as const;
      await changeTable(lake, [...before, back]);
    };
    const held = (positions: string) => ({
      code: 'TABLE_ROLLED_BACK',
      message: expect.stringMatching(new RegExp(`its current snapshot holds ${RegExp.escape(positions)}$`)),
    });
    // another engine's snapshot, which follows the first, notes nothing
    const { metadata: now } = await loadTable(lake);
    const add = (id: bigint, changed: Partial<Snapshot>) => {
      const number = now['last-sequence-number'] + Number(id);
      const snapshot = { ...first, 'snapshot-id': id, 'parent-snapshot-id': first['snapshot-id'] };
      return { action: 'add-snapshot', snapshot: { ...snapshot, 'sequence-number': number, ...changed } } as const;
    };
    const list = lake.store.uri('readings/metadata/theirs.avro');
    await lake.store.put(
      'readings/metadata/theirs.avro',
      writeManifestList([], { 'snapshot-id': 1n, 'sequence-number': 9 }),
    );
    await setTo(1n, add(1n, { 'manifest-list': list, summary: { operation: 'replace' } }));
    await expect(commitRows(lake)).rejects.toMatchObject(held('{"readings/0":"3"}'));
    // versions before noted positions in the summary
    const summary = { operation: 'append', [positionsProperty]: '{"readings/0":"2"}' };
    await setTo(2n, add(2n, { 'manifest-list': list, summary }));
    await expect(commitRows(lake)).rejects.toMatchObject(held('{"readings/0":"2"}'));
    // a list that is gone is no reason to say less than that it was set back
    const gone = lake.store.uri('readings/metadata/gone.avro');
    await setTo(
      3n,
      add(3n, { 'manifest-list': gone, 'parent-snapshot-id': undefined, summary: { operation: 'append' } }),
    );
    await expect(commitRows(lake)).rejects.toMatchObject({ code: 'TABLE_ROLLED_BACK' });
  });

  it('is refused when the ledger was restored from an older copy', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3, 4);
    await commitRows(lake);
    const prefix = `_ledger/${testTable}/${testTopic}/0/`;
    const keys = await Array.fromAsync(lake.store.list(prefix), ({ key }) => key);
    await lake.store.delete(keys.slice(-1));
    await expect(commitRows(lake)).rejects.toMatchObject({ code: 'LEDGER_BEHIND' });
  });

  it('is refused when its ledger was written for a table of the format Hive', async () => {
    const lake = await openIcebergLake();
    await writeBatches({ ...createIcebergTools(lake), tableFormat: 'hive' }, [jsonRecords({ n: 1 })]);
    await expect(commitRows(lake)).rejects.toMatchObject({ code: 'TABLE_MISMATCH' });
  });

  it('is refused when somebody has partitioned it in another way: files would be where no reader looks', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3);
    const spec = {
      'spec-id': 1,
      fields: [{ 'source-id': 1, 'field-id': 1005, name: 'n_bucket', transform: 'bucket[4]' }],
    };
    await changeTable(lake, [
      { action: 'add-spec', spec },
      { action: 'set-default-spec', 'spec-id': -1 },
    ]);
    await expect(commitRows(lake)).rejects.toMatchObject({
      code: 'TABLE_MISMATCH',
      message: expect.stringContaining('bucket[4] n_bucket'),
    });
  });

  it('names positions that nobody can read', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3);
    await setProperties(lake, { [positionsProperty]: '{"readings/0":-1}' });
    await expect(commitRows(lake)).rejects.toMatchObject({
      code: 'CATALOG_CORRUPT',
      message: expect.stringContaining(positionsProperty),
    });
  });

  it('is refused when somebody has removed its positions: everything would be added again', async () => {
    const lake = await openIcebergLake();
    await write(lake, 3);
    await commitRows(lake);
    const change = (update: TableUpdate) => changeTable(lake, [update]);
    const removed = {
      code: 'CATALOG_CORRUPT',
      message: expect.stringContaining(
        `${positionsProperty}, which says how far, was removed; its current snapshot holds {"readings/0":"3"}`,
      ),
    };
    await change({ action: 'remove-properties', removals: [positionsProperty] });
    await expect(commitRows(lake)).rejects.toMatchObject(removed);
    const { findings } = await audit(lake, undefined, { iceberg: lake.iceberg });
    expect(findings).toContainEqual(expect.objectContaining({ problem: 'table-position', where: testTable }));
    // nothing else of ours is left but the files, as after CREATE OR REPLACE TABLE and an expiry
    await change({ action: 'remove-properties', removals: [snapshotProperty] });
    await expect(commitRows(lake)).rejects.toMatchObject(removed);
    await change({ action: 'set-properties', updates: { [positionsProperty]: '{"readings/0":"3"}' } });
    expect(await commitRows(lake)).toBeUndefined();
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 3));
  });
});
