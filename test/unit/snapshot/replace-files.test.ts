import { describe, expect, it } from 'vitest';
import type { CommitTools } from '../../../src/consumer/commit/tools/commit-tools.ts';
import type { Versioned } from '../../../src/consumer/ledger/chain/entry-store.ts';
import { isWritten, type WrittenEntry } from '../../../src/consumer/ledger/entry/ledger-entry.ts';
import { redriveEntries } from '../../../src/consumer/replay/redrive.ts';
import { groupForSnapshots, planReplay } from '../../../src/consumer/replay/replay-plan.ts';
import { replayGroup } from '../../../src/consumer/replay/replay.ts';
import { commitSnapshot } from '../../../src/consumer/snapshot/commit-snapshot.ts';
import { readDataFiles } from '../../../src/iceberg/manifests/read-snapshot.ts';
import { currentSnapshot } from '../../../src/iceberg/metadata/table-metadata.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { loadTable, openIcebergLake, type IcebergTestLake } from '../../support/iceberg-lake.ts';
import {
  allOffsets,
  commitRows,
  createIcebergTools,
  createSnapshotTools,
  doubledOffsets,
  rewriteAsOthersDo,
  commitFaults,
  withFault,
  visibleOffsets,
} from '../../support/iceberg-service.ts';
import { audit, testPath, testTable } from '../../support/lake.ts';
import { mortalStore } from '../../support/mortal-store.ts';
import { maintainLake } from '../../support/maintain-lake.ts';
import { writeBatches } from '../../support/write-batches.ts';
import { redriveEntry, wideLimits } from '../../support/redrive-all.ts';

const path = testPath();
const letters = `${testTable}_dead_letters`;

async function writtenLake(...sizes: readonly number[]): Promise<{ lake: IcebergTestLake; topic: FakeTopic }> {
  const lake = await openIcebergLake();
  const batches = sizes.map((size) => jsonRecords(...Array.from({ length: size }, (_, n) => ({ n }))));
  const topic = await writeBatches(createIcebergTools(lake), batches);
  return { lake, topic };
}

async function replay(tools: CommitTools, topic: FakeTopic, range: { from: bigint; to: bigint }): Promise<string[]> {
  const entries = await Array.fromAsync(tools.ledger.entries(path));
  const items = planReplay({ partition: 0, ...range }, entries, topic.marksOf(0));
  const policy = { rowsMax: 20, bytesMax: 1e6, ageMaxMs: 1000 };
  const { signal } = new AbortController();
  for (const group of groupForSnapshots(items)) await replayGroup(group, { reader: topic, tools, policy, signal });
  return items.map(({ kind }) => kind);
}

/** A batch of 20 records, the last two of which are dead letters, whose rows are gone, and of which Kafka holds what comes from `low` on. */
async function lakeWithoutRows(low: bigint, { isCommitted = true } = {}) {
  const lake = await openIcebergLake();
  const values = Array.from({ length: 20 }, (_, n) => (n < 18 ? { n } : 'no JSON'));
  const topic = await writeBatches(createIcebergTools(lake), [jsonRecords(...values)]);
  if (isCommitted) await commitRows(lake);
  const rows = await Array.fromAsync(lake.store.list(`${testTable}/`));
  const [object = { key: '' }] = rows.filter(({ key }) => key.endsWith('.parquet'));
  topic.deleteBelow(0, low);
  return { lake, topic, key: object.key };
}

async function lose({ store }: IcebergTestLake, key: string, how: 'gone' | 'damaged'): Promise<void> {
  if (how === 'gone') await store.delete([key]);
  else await store.put(key, Buffer.from('PAR1'));
}

async function replayWithLoss(tools: CommitTools, topic: FakeTopic, allowLoss = true) {
  const entries = await Array.fromAsync(tools.ledger.entries(path));
  const items = planReplay({ partition: 0, from: 0n, to: 20n }, entries, topic.marksOf(0), { allowLoss });
  const policy = { rowsMax: 20, bytesMax: 1e6, ageMaxMs: 1000 };
  const { signal } = new AbortController();
  return replayGroup(items, { reader: topic, tools, policy, signal, allowLoss });
}

/** Has something happen before the nth read of the topic; gives what ends that. */
function beforeRead(topic: FakeTopic, nth: number, work: () => Promise<void>): () => void {
  const read = topic.read.bind(topic);
  let reads = 0;
  topic.read = async function* (...range) {
    if (++reads === nth) await work();
    yield* read(...range);
  };
  return () => (topic.read = read);
}

async function redrive(lake: IcebergTestLake, tools: CommitTools): Promise<number> {
  let passed = 0;
  for await (const current of tools.ledger.entries(path)) {
    const { entry } = current;
    if (!isWritten(entry)) continue;
    const options = { tools, store: lake.store, parquet: hyparquetReader, isDryRun: false, limits: wideLimits };
    passed += (await redriveEntry({ ...current, entry }, options)).passed;
  }
  return passed;
}

async function commitLetters(lake: IcebergTestLake): Promise<void> {
  const options = { partitions: [0], entriesMin: 0 };
  await commitSnapshot({ name: letters, kind: 'dead-letters' }, options, createSnapshotTools(lake));
}

async function summaryOf(lake: IcebergTestLake, name = testTable) {
  return currentSnapshot((await loadTable(lake, name)).metadata)?.summary;
}

async function filesOf(lake: IcebergTestLake): Promise<string[]> {
  const entries = await Array.fromAsync(readDataFiles(currentSnapshot((await loadTable(lake)).metadata), lake.files));
  return entries.map((entry) => entry.data_file.file_path).toSorted();
}

describe('a replay of an Iceberg table', () => {
  it('exchanges the files of all of its ranges in one snapshot', async () => {
    const { lake, topic } = await writtenLake(3, 4, 5);
    await commitRows(lake);
    await replay(createIcebergTools(lake), topic, { from: 0n, to: 12n });
    expect(await summaryOf(lake)).toMatchObject({ 'added-records': '12', 'deleted-records': '12' });
    expect((await loadTable(lake)).metadata.snapshots).toHaveLength(2);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 12));
  });

  it('ends what it has begun when a later batch fails, and the next one does the rest', async () => {
    const { lake, topic } = await writtenLake(3, 4, 5);
    await commitRows(lake);
    const tools = createIcebergTools(lake);
    const mend = beforeRead(topic, 3, () => Promise.reject(new Error('no broker')));
    await expect(replay(tools, topic, { from: 0n, to: 12n })).rejects.toThrow('no broker');
    const generations = async () =>
      Array.fromAsync(tools.ledger.entries(path), ({ entry }) => ('generation' in entry ? entry.generation : 0));
    mend();
    expect(await generations()).toEqual([2, 2, 1]);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 12));
    await replay(tools, topic, { from: 0n, to: 12n });
    expect(await generations()).toEqual([3, 3, 2]);
    expect(await doubledOffsets(lake)).toEqual([]);
  });

  it('leaves out a range that another process has replaced meanwhile, and ends the others', async () => {
    const { lake, topic } = await writtenLake(3, 4);
    await commitRows(lake);
    const tools = createIcebergTools(lake);
    let nowMs = 0;
    const slow: CommitTools = { ...tools, clock: { ...tools.clock, monotonicMs: () => nowMs } };
    const mend = beforeRead(topic, 2, async () => {
      mend();
      await replay(tools, topic, { from: 0n, to: 3n });
      nowMs += 60_000;
    });
    await expect(replay(slow, topic, { from: 0n, to: 7n })).rejects.toMatchObject({ code: 'LEDGER_CONTENDED' });
    expect(await filesOf(lake)).toEqual([
      expect.stringContaining('-0-3-g3.parquet'),
      expect.stringContaining('-3-7-g2.parquet'),
    ]);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 7));
    expect(await doubledOffsets(lake)).toEqual([]);
  });

  it('exchanges the files of its ranges, and leaves what older snapshots list', async () => {
    const { lake, topic } = await writtenLake(3, 4, 5);
    await commitRows(lake);
    const before = await filesOf(lake);
    expect(await replay(createIcebergTools(lake), topic, { from: 3n, to: 7n })).toEqual(['replace']);
    expect(await summaryOf(lake)).toMatchObject({
      operation: 'overwrite',
      'added-records': '4',
      'deleted-records': '4',
    });
    const after = await filesOf(lake);
    expect(after.filter((file) => before.includes(file))).toHaveLength(2);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 12));
    expect(await doubledOffsets(lake)).toEqual([]);
    expect((await createIcebergTools(lake).ledger.get(path, 3n))?.entry).toMatchObject({
      state: 'written',
      generation: 2,
    });
  });

  it('takes in what no snapshot has taken in yet, before it replaces it', async () => {
    const { lake, topic } = await writtenLake(3, 4);
    expect(await replay(createIcebergTools(lake), topic, { from: 0n, to: 3n })).toEqual(['replace']);
    await commitRows(lake);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 7));
    expect(await doubledOffsets(lake)).toEqual([]);
  });

  it.each(commitFaults)('is done once when an answer does not come: %s', async (fault) => {
    const { lake, topic } = await writtenLake(3, 4);
    await commitRows(lake);
    await replay(createIcebergTools(withFault(lake, fault)), topic, { from: 0n, to: 7n });
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 7));
    expect(await doubledOffsets(lake)).toEqual([]);
  });

  it('keeps what older snapshots list, also when who has put it wakes up late', async () => {
    const lake = await openIcebergLake();
    const frozen = createIcebergTools(lake);
    const topic = new FakeTopic(1);
    topic.append(0, ...jsonRecords({ n: 0 }, { n: 1 }, { n: 2 }));
    const range = { from: 0n, to: 3n };
    const write = frozen.ledger.replace.bind(frozen.ledger);
    // all objects are put, and the entry is not written yet
    frozen.ledger.replace = async (...given) => {
      await replay(createIcebergTools(lake), topic, range);
      await commitRows(lake);
      await replay(createIcebergTools(lake), topic, range);
      return write(...given);
    };
    const plan = planReplay({ partition: 0, ...range }, [], topic.marksOf(0));
    const policy = { rowsMax: 20, bytesMax: 1e6, ageMaxMs: 1000 };
    const options = { reader: topic, policy, signal: new AbortController().signal };
    await replayGroup(plan, { ...options, tools: frozen });
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 3));
    // reads each snapshot that the table has
    expect(await doubledOffsets(lake)).toEqual([]);
    expect((await audit(lake, topic, { iceberg: lake.iceberg })).findings).toEqual([]);
  });

  it('that dies after its snapshot is finished by the next one', async () => {
    const { lake, topic } = await writtenLake(3, 4);
    await commitRows(lake);
    const tools = createIcebergTools(lake);
    const dying: CommitTools = {
      ...tools,
      observer: {
        step: (name, phase) => {
          if (name === 'snapshot' && phase === 'after' && ++snapshots === 2) throw new Error('the process is dead');
        },
      },
    };
    let snapshots = 0;
    await expect(replay(dying, topic, { from: 0n, to: 3n })).rejects.toThrow('dead');
    expect((await tools.ledger.get(path, 0n))?.entry.state).toBe('replacing');
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 7));
    await replay(tools, topic, { from: 0n, to: 3n });
    expect((await tools.ledger.get(path, 0n))?.entry).toMatchObject({ state: 'written', generation: 3 });
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 7));
    expect(await doubledOffsets(lake)).toEqual([]);
  });

  it('of a frozen process finds that another one has replaced the range since', async () => {
    const { lake, topic } = await writtenLake(3);
    await commitRows(lake);
    const tools = createIcebergTools(lake);
    const { publication } = tools;
    if (publication === undefined) throw new Error('it is an Iceberg table');
    const slow: CommitTools = {
      ...tools,
      publication: {
        ...publication,
        replace: async (...request) => {
          await replay(tools, topic, { from: 0n, to: 3n });
          await publication.replace(...request);
        },
      },
    };
    await expect(replay(slow, topic, { from: 0n, to: 3n })).rejects.toMatchObject({ code: 'LEDGER_CONTENDED' });
    expect(await filesOf(lake)).toEqual([expect.stringContaining('-g3.parquet')]);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 3));
  });
});

describe('a redrive of an Iceberg table', () => {
  it('moves dead letters into rows: once in the one table, gone from the other', async () => {
    const lake = await openIcebergLake();
    const records = [{ value: '{"n":1}' }, { value: `{"n":2,"text":"${'x'.repeat(60)}"}` }, { value: '{"broken":' }];
    await writeBatches(createIcebergTools(lake, {}, { recipe: { recordBytesMax: 50 } }), [records]);
    await commitRows(lake);
    await commitLetters(lake);
    expect([await visibleOffsets(lake), await visibleOffsets(lake, letters)]).toEqual([['0/0'], ['0/1', '0/2']]);
    const lenient = createIcebergTools(lake, {}, { recipe: { recordBytesMax: 1000 } });
    expect(await redrive(lake, lenient)).toBe(1);
    expect([await visibleOffsets(lake), await visibleOffsets(lake, letters)]).toEqual([['0/0', '0/1'], ['0/2']]);
    expect(await redrive(lake, lenient)).toBe(0);
    expect([...(await doubledOffsets(lake)), ...(await doubledOffsets(lake, letters))]).toEqual([]);
  });

  it('shows the rows of all entries by one change of each table, and none of them when it was killed before', async () => {
    const lake = await openIcebergLake();
    const batches = [1, 2, 3].map((n) => [{ value: `{"n":${n}}` }, { value: `{"n":2,"text":"${'x'.repeat(60)}"}` }]);
    await writeBatches(createIcebergTools(lake, {}, { recipe: { recordBytesMax: 50 } }), batches);
    await commitRows(lake);
    await commitLetters(lake);
    const lenient = { recipe: { recordBytesMax: 1000 } };
    const redriveAll = async (tools: CommitTools): Promise<number[]> => {
      const passed: number[] = [];
      await redriveEntries(writtenEntries(tools), {
        tools,
        store: lake.store,
        parquet: hyparquetReader,
        isDryRun: false,
        limits: wideLimits,
        signal: new AbortController().signal,
        onRedriven: async (_entry, result) => void passed.push(result.passed),
      });
      return passed;
    };
    const snapshotsOf = async () => (await loadTable(lake)).metadata.snapshots.length;
    const before = await snapshotsOf();
    const { iceberg } = lake;
    const dying = { ...iceberg, load: iceberg.load.bind(iceberg), commit: () => Promise.reject(new Error('killed')) };
    await expect(redriveAll(createIcebergTools({ ...lake, iceberg: dying }, {}, lenient))).rejects.toThrow('killed');
    expect(await visibleOffsets(lake)).toEqual(['0/0', '0/2', '0/4']);
    expect(await visibleOffsets(lake, letters)).toEqual(['0/1', '0/3', '0/5']);
    expect(await snapshotsOf()).toBe(before);
    expect(await redriveAll(createIcebergTools(lake, {}, lenient))).toEqual([1, 1, 1]);
    expect(await visibleOffsets(lake)).toEqual(allOffsets(1, 6));
    expect(await visibleOffsets(lake, letters)).toEqual([]);
    expect(await snapshotsOf()).toBe(before + 1);
    expect((await audit(lake, undefined, { iceberg })).findings).toEqual([]);
  });
});

describe('a redrive that was killed before retention removed days of its entry', () => {
  const records = [
    ...jsonRecords({ n: 0, eventTime: '2026-11-22T08:00:00Z' }, { n: 1, eventTime: '2026-11-23T08:00:00Z' }),
    { value: `{"n":2,"eventTime":"2026-11-23T08:00:00Z","text":"${'x'.repeat(200)}"}` },
  ];

  it.each(['is there', 'is gone'])('ends, and does not bring their rows back, where their object %s', async (fate) => {
    const lake = await openIcebergLake();
    await writeBatches(createIcebergTools(lake, {}, { recipe: { recordBytesMax: 100 } }), [records]);
    await commitRows(lake);
    await commitLetters(lake);
    const lenient = { recipe: { recordBytesMax: 1000 } };
    const { iceberg } = lake;
    const dying = { ...iceberg, load: iceberg.load.bind(iceberg), commit: () => Promise.reject(new Error('killed')) };
    await expect(redrive(lake, createIcebergTools({ ...lake, iceberg: dying }, {}, lenient))).rejects.toThrow('killed');
    await maintainLake(lake, { expiredBefore: '2026-11-23' });
    expect(await visibleOffsets(lake)).toEqual(['0/1']);
    const old = await Array.fromAsync(lake.store.list(`${testTable}/event_date=2026-11-22/`), ({ key }) => key);
    expect(old).toHaveLength(1);
    if (fate === 'is gone') await lake.store.delete(old);
    expect(await redrive(lake, createIcebergTools(lake, {}, lenient))).toBe(1);
    expect(await visibleOffsets(lake)).toEqual(['0/1', '0/2']);
    expect(await visibleOffsets(lake, letters)).toEqual([]);
  });
});

async function* writtenEntries({ ledger }: CommitTools): AsyncIterable<Versioned<WrittenEntry>> {
  for await (const current of ledger.entries(path))
    if (isWritten(current.entry)) yield { ...current, entry: current.entry };
}

describe('a batch of an Iceberg table that Kafka has passed, and whose rows are gone', () => {
  it.each([
    ['gone', 10n, { from: 0n, to: 10n }],
    ['damaged', 10n, { from: 0n, to: 10n }],
    ['gone', 20n, { from: 0n, to: 18n }],
    ['damaged', 20n, { from: 0n, to: 18n }],
  ] as const)(
    '(%s) keeps the others where loss is allowed, and gets what Kafka holds from %d on',
    async (how, low, lost) => {
      const { lake, topic, key } = await lakeWithoutRows(low);
      await lose(lake, key, how);
      const tools = createIcebergTools(lake);
      expect(await replayWithLoss(tools, topic, false)).toMatchObject([
        { kind: 'left', why: expect.stringContaining('--allow-loss') },
      ]);
      expect(await replayWithLoss(tools, topic)).toMatchObject([{ kind: 'done' }]);
      const held = Array.from({ length: 18 }, (_, n) => n)
        .filter((n) => n >= low)
        .map((n) => `0/${n}`);
      expect(await visibleOffsets(lake)).toEqual(held);
      expect(await visibleOffsets(lake, letters)).toEqual(['0/18', '0/19']);
      expect((await tools.ledger.get(path, 0n))?.entry).toMatchObject({ outcome: { lost } });
      const { findings } = await audit(lake, topic, { iceberg: lake.iceberg });
      const ofNow = findings.filter(({ what }) => !what.includes('time travel alone'));
      expect(ofNow.map(({ problem }) => problem)).toEqual(['gap']);
      expect(await replayWithLoss(tools, topic)).toMatchObject([{ kind: 'left', isRefused: false }]);
      expect(await visibleOffsets(lake)).toEqual(held);
    },
  );

  it.each([
    ['gone', 'before'],
    ['gone', 'after'],
    ['damaged', 'before'],
    ['damaged', 'after'],
  ] as const)('(%s) is ended by the next replay when a process dies %s a change', async (how, phase) => {
    let deaths = 0;
    for (let isDead = true; isDead;) {
      const { lake, topic, key } = await lakeWithoutRows(10n);
      await lose(lake, key, how);
      const dying = { ...lake, store: mortalStore(lake.store, deaths + 1, phase) };
      isDead = await replayWithLoss(createIcebergTools(dying), topic).then(
        () => false,
        () => true,
      );
      if (isDead) deaths++;
      for (let times = 0; times < 3; times++) await replayWithLoss(createIcebergTools(lake), topic);
      expect(await visibleOffsets(lake)).toEqual(Array.from({ length: 8 }, (_, n) => `0/${n + 10}`));
    }
    expect(deaths).toBeGreaterThanOrEqual(3);
  });

  it('(gone) is ended also where no snapshot has taken it in yet', async () => {
    const { lake, topic, key } = await lakeWithoutRows(10n, { isCommitted: false });
    await lose(lake, key, 'gone');
    expect(await replayWithLoss(createIcebergTools(lake), topic)).toMatchObject([{ kind: 'done' }]);
    await commitRows(lake);
    expect(await visibleOffsets(lake)).toHaveLength(8);
  });

  it('is left as it is where they were merged', async () => {
    const { lake, topic, key } = await lakeWithoutRows(20n);
    await rewriteAsOthersDo(lake);
    await lake.store.delete([key]);
    expect(await replayWithLoss(createIcebergTools(lake), topic)).toMatchObject([{ kind: 'left' }]);
    expect(await visibleOffsets(lake)).toHaveLength(18);
    expect((await createIcebergTools(lake).ledger.get(path, 0n))?.entry).not.toHaveProperty('outcome.lost');
  });
});
