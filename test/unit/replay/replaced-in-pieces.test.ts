import { describe, expect, it } from 'vitest';
import type { CommitTools } from '../../../src/consumer/commit/tools/commit-tools.ts';
import { undoReplacement } from '../../../src/consumer/commit/replace/undo-replacement.ts';
import { isWritten, type WrittenEntry } from '../../../src/consumer/ledger/entry/ledger-entry.ts';
import { planReplay } from '../../../src/consumer/replay/replay-plan.ts';
import type { ReplayResult } from '../../../src/consumer/replay/put-batch.ts';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import {
  audit,
  createTestTools,
  openTestLake,
  readRows,
  testPath,
  testTable,
  type TestLake,
} from '../../support/lake.ts';
import { redriveAll } from '../../support/redrive-all.ts';
import { writeBatches } from '../../support/write-batches.ts';

const path = testPath();
const limits = { rowsMax: 100, heldBytesMax: 1_000_000 };
const policy = { rowsMax: 100, bytesMax: 1_000_000, ageMaxMs: 50 };

/** Objects of the values; two values can't be read by any rules, one holds none, and rows of the third lie in two Hive partitions. */
const counts = [30, 60, 30, 'broken', 250, 99, 1, 'none', 1, 'broken', 70, 40] as const;
const objectsOf = (at: number, count: number): object[] =>
  Array.from({ length: count }, (_, n) => ({
    n: at * 1000 + n,
    ...(at === 2 && n % 2 === 1 && { eventTime: '2026-11-20T10:00:00Z' }),
  }));
const valueOf = (count: (typeof counts)[number], at: number): string => {
  if (count === 'broken') return '[{"n":';
  return JSON.stringify(count === 'none' ? [] : objectsOf(at, count));
};
const numbers = counts.flatMap((count, at) =>
  typeof count === 'number' ? Array.from({ length: count }, (_, n) => at * 1000 + n) : [],
);
/** Rows that fit one piece together: a piece ends before the value that would bring more than 100. */
const rowsOfPieces = [90, 30, 250, 100, 71, 40];

interface Written {
  readonly lake: TestLake;
  readonly topic: FakeTopic;
}

/** One batch that was written when each value was a record: all are dead letters. */
async function write(): Promise<Written> {
  const lake = await openTestLake();
  const topic = await writeBatches(createTestTools(lake), [counts.map((count, at) => ({ value: valueOf(count, at) }))]);
  return { lake, topic };
}

const arrayTools = (lake: TestLake, observer: CommitTools['observer'] = {}): CommitTools =>
  createTestTools({ ...lake, recipe: { records: 'array' }, observer });

async function entryOf({ ledger }: CommitTools): Promise<WrittenEntry> {
  const found = await ledger.get(path, 0n);
  if (found === undefined || !isWritten(found.entry)) throw new TypeError('expected an entry that is written');
  return found.entry;
}

async function replay({ topic }: Written, tools: CommitTools): Promise<ReplayResult[]> {
  const { signal } = new AbortController();
  const entries = await Array.fromAsync(tools.ledger.entries(path));
  const items = planReplay({ partition: 0, from: 0n, to: BigInt(counts.length) }, entries, topic.marksOf(0));
  return Promise.all(items.map((item) => replayItem(item, { reader: topic, tools, policy, signal })));
}

const ways = [
  ['redrive', ({ lake }: Written, tools: CommitTools) => redriveAll(lake, tools, { limits })],
  ['replay', replay],
] as const;

/** Rows are as if they had been read like this from the start, nothing else lies in the table, and each object is small. */
async function expectWhole({ lake, topic }: Written): Promise<void> {
  const rows = await readRows(lake);
  expect(rows.map(({ n }) => Number(n)).toSorted((a, b) => a - b)).toEqual(numbers);
  expect((await readRows(lake, `${testTable}_dead_letters`)).map(({ kafka_offset: offset }) => offset)).toEqual([
    3n,
    9n,
  ]);
  expect((await audit(lake, topic)).findings).toEqual([]);
  const { outcome } = await entryOf(arrayTools(lake));
  expect(outcome).toMatchObject({ rows: numbers.length, deadLetters: 2, tombstones: 1, records: numbers.length + 3 });
}

function dyingAt(countdown: number): CommitTools['observer'] {
  let left = countdown;
  return {
    step: (_, phase) => {
      if (phase === 'after' && --left === 0) throw new Error('died');
    },
  };
}

describe.each(ways)('what a %s makes of a batch that would be too large for memory', (_, work) => {
  it('is written piece by piece, as one exchange', async () => {
    const written = await write();
    await work(written, arrayTools(written.lake));
    const { outcome } = await entryOf(arrayTools(written.lake));
    const byGeneration = Map.groupBy(
      outcome.objects.filter(({ kind }) => kind === 'rows'),
      ({ key }) => /-g(\d+)\.parquet$/.exec(key)?.[1],
    );
    const sizes = [...byGeneration.values()].map((objects) => objects.reduce((sum, { rows }) => sum + rows, 0));
    expect(sizes).toEqual(rowsOfPieces);
    await expectWhole(written);
  });

  it('is the same where it is done again', async () => {
    const written = await write();
    await work(written, arrayTools(written.lake));
    const before = await readRows(written.lake);
    await replay(written, arrayTools(written.lake));
    expect(await readRows(written.lake)).toEqual(before);
    await expectWhole(written);
  });

  it('is made whole by the next one wherever it died', async () => {
    let countdown = 1;
    for (let isDead = true; isDead; countdown += 7) {
      const written = await write();
      isDead = await work(written, arrayTools(written.lake, dyingAt(countdown))).then(
        () => false,
        () => true,
      );
      await work(written, arrayTools(written.lake));
      await expectWhole(written);
    }
    expect(countdown).toBeGreaterThan(40);
  });

  it('can be undone wherever it died, and leaves nothing behind', async () => {
    for (const countdown of [17, 38]) {
      const written = await write();
      const { lake, topic } = written;
      await expect(work(written, arrayTools(lake, dyingAt(countdown)))).rejects.toThrow('died');
      const current = await arrayTools(lake).ledger.get(path, 0n);
      if (current?.entry.state !== 'replacing') throw new TypeError('expected an entry that is being replaced');
      await undoReplacement({ ...current, entry: current.entry }, arrayTools(lake));
      expect(await readRows(lake)).toEqual([]);
      expect(await readRows(lake, `${testTable}_dead_letters`)).toHaveLength(counts.length);
      expect((await audit(lake, topic)).findings).toEqual([]);
    }
  });

  it('gives way to another one that comes in between, and deletes what it has put', async () => {
    const written = await write();
    const { lake } = written;
    let claims = 0;
    const slow = arrayTools(lake, {
      step: async (step, phase) => {
        if (step === 'claim' && phase === 'before' && ++claims === 4) await replay(written, arrayTools(lake));
      },
    });
    await expect(work(written, slow)).rejects.toMatchObject({ code: 'LEDGER_CONTENDED' });
    await expectWhole(written);
  });
});

it('a replay in pieces leaves a batch alone of which records are gone', async () => {
  const written = await write();
  await replay(written, arrayTools(written.lake));
  const { lake } = written;
  const before = await entryOf(arrayTools(lake));
  const shorter = new FakeTopic(1);
  shorter.append(0, ...counts.map((count, at) => ({ value: valueOf(at === 10 ? 1 : count, at) })));
  const why = `Kafka delivers ${numbers.length + 3 - 69} of its ${numbers.length + 3} records; --allow-loss replaces them all the same`;
  expect(await replay({ lake, topic: shorter }, arrayTools(lake))).toEqual([{ kind: 'left', why, isFewer: true }]);
  expect(await entryOf(arrayTools(lake))).toEqual(before);
  expect((await audit(lake)).findings).toEqual([]);
});

it('a redrive leaves an entry alone of whose dead letters none becomes a row, however many pieces that takes', async () => {
  const { lake } = await write();
  const before = await entryOf(createTestTools(lake));
  expect(await redriveAll(lake, createTestTools(lake), { limits: { ...limits, rowsMax: 2 } })).toEqual({
    passed: 0,
    tombstones: 0,
    left: counts.length,
  });
  expect(await entryOf(createTestTools(lake))).toEqual(before);
});
