import { describe, expect, it } from 'vitest';
import { listMerged } from '../../../src/consumer/ledger/merged-partition.ts';
import type { ObjectStore } from '../../../src/consumer/ports/lake.ts';
import { AuditedLake } from '../../support/audited-lake.ts';
import { testTimestampMs } from '../../support/chunks.ts';
import { testTable } from '../../support/lake.ts';
import { mergeLake, onChanges, rowsByCatalog } from '../../support/merge-lake.ts';
import { mortalStore } from '../../support/mortal-store.ts';

const values = ['2026-11-23', '09'];

/** A table of one hour with so many batches of one row. */
async function hourOf(batches: number): Promise<AuditedLake> {
  const lake = await AuditedLake.empty();
  for (let batch = 0; batch < batches; batch++) await lake.write(0, 1);
  return lake;
}

function rows(count: number): string[] {
  return Array.from({ length: count }, (_, offset) => `0/${offset}`).toSorted();
}

const seen = ({ lake }: AuditedLake): Promise<string[]> => rowsByCatalog(lake.store, lake.catalog);

async function keysBelow(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await Array.fromAsync(store.list(prefix))).map(({ key }) => key);
}

/** What a process does to a lake, through the store that it is given. */
type Work = (lake: AuditedLake, store: ObjectStore) => Promise<unknown>;

const merge: Work = (_lake, store) => mergeLake(store);
const mergeAndAge: Work = (_lake, store) => mergeLake(store, { orphansBeforeMs: Infinity });

describe('small files of a closed partition of a Hive table', () => {
  it('become one, in the folder that the catalog names then', async () => {
    const lake = await hourOf(3);
    const dry = await mergeLake(lake.lake.store, { isDryRun: true });
    const told = { kind: 'merged', table: testTable, partition: values, files: 3, bytes: expect.any(Number), rows: 3 };
    expect(dry).toEqual([told]);
    expect(await mergeLake(lake.lake.store)).toEqual([{ ...told, mergedBytes: expect.any(Number) }]);
    expect(await seen(lake)).toEqual(rows(3));
    expect(await keysBelow(lake.lake.store, `${testTable}.merged/`)).toHaveLength(1);
    expect(await keysBelow(lake.lake.store, `${testTable}/`)).toHaveLength(3);
    expect(await mergeLake(lake.lake.store)).toEqual([]);
  });

  it('go once they are old, and rows stay', async () => {
    const lake = await hourOf(3);
    const { store } = lake.lake;
    await mergeLake(store);
    const told = { kind: 'sources-deleted', table: testTable, files: 3, bytes: expect.any(Number) };
    expect(await mergeLake(store, { isDryRun: true, orphansBeforeMs: Infinity })).toEqual([told]);
    expect(await keysBelow(store, `${testTable}/`)).toHaveLength(3);
    expect(await mergeLake(store, { orphansBeforeMs: Infinity })).toEqual([told]);
    expect(await keysBelow(store, `${testTable}/`)).toEqual([]);
    expect(await seen(lake)).toEqual(rows(3));
    expect(await mergeLake(store, { orphansBeforeMs: Infinity })).toEqual([]);
  });

  it('stay while the partition is open, and where there is one only', async () => {
    const lake = await hourOf(3);
    expect(await mergeLake(lake.lake.store, { closedBeforeMs: testTimestampMs })).toEqual([]);
    const one = await hourOf(1);
    expect(await mergeLake(one.lake.store)).toEqual([]);
    expect(await Array.fromAsync(listMerged(one.lake.store, testTable))).toEqual([]);
  });
});

describe('rows that come after a merge', () => {
  it('are taken over by the next one', async () => {
    const lake = await hourOf(2);
    const { store } = lake.lake;
    await mergeLake(store);
    await lake.write(0, 1);
    expect(await seen(lake)).toEqual(rows(2));
    expect(await mergeLake(store)).toEqual([
      { kind: 'caught-up', table: testTable, partition: values, added: 1, replaced: 0 },
    ]);
    expect(await seen(lake)).toEqual(rows(3));
    await mergeLake(store, { orphansBeforeMs: Infinity });
    expect(await keysBelow(store, `${testTable}/`)).toEqual([]);
    expect(await seen(lake)).toEqual(rows(3));
  });

  it('take the place of those that a replay has replaced, whether the sources are there or not', async () => {
    for (const orphansBeforeMs of [0, Infinity]) {
      const lake = await hourOf(3);
      const { store } = lake.lake;
      await mergeLake(store);
      await mergeLake(store, { orphansBeforeMs });
      await lake.replay({ partition: 0, from: 1n, to: 2n });
      expect(await seen(lake)).toEqual(rows(3));
      expect(await mergeLake(store)).toEqual([
        { kind: 'caught-up', table: testTable, partition: values, added: 1, replaced: 1 },
      ]);
      expect(await seen(lake)).toEqual(rows(3));
      const [stored] = await Array.fromAsync(listMerged(store, testTable));
      const sources = stored?.note.files.flatMap((file) => file.sources.map(({ key }) => key.slice(-16)));
      expect(sources?.toSorted()).toEqual(
        ['-0-0-1-g1.parquet', '-0-1-2-g2.parquet', '-0-2-3-g1.parquet'].map((name) => name.slice(-16)).toSorted(),
      );
      for (const from of [0n, 1n, 2n]) await lake.replay({ partition: 0, from, to: from + 1n });
      await mergeLake(store);
      expect(await seen(lake)).toEqual(rows(3));
    }
  });
});

const stories: [string, (lake: AuditedLake) => Promise<unknown>, Work, number][] = [
  ['the first merge', async () => {}, merge, 3],
  [
    'late rows',
    async (lake) => {
      await mergeLake(lake.lake.store);
      await lake.write(0, 1);
    },
    merge,
    4,
  ],
  ['ageing', async (lake) => mergeLake(lake.lake.store), mergeAndAge, 3],
];

describe('a reader that goes by the catalog', () => {
  it.each(stories)('sees each row once after each change: %s', async (_what, begin, work, count) => {
    const lake = await hourOf(3);
    await begin(lake);
    const before = (await seen(lake)).length;
    let changes = 0;
    const store = onChanges(lake.lake.store, async () => {
      changes++;
      const now = await seen(lake);
      expect(now).toEqual(rows(now.length));
      expect(now.length).toBeGreaterThanOrEqual(before);
    });
    await work(lake, store);
    expect(changes).toBeGreaterThan(0);
    expect(await seen(lake)).toEqual(rows(count));
  });
});

const deaths = (['before', 'after'] as const).flatMap((phase) =>
  [
    ...stories,
    [
      'a replay',
      async (lake: AuditedLake) => {
        await mergeLake(lake.lake.store);
        await lake.replay({ partition: 0, from: 1n, to: 2n });
      },
      merge,
      3,
    ] as const,
  ].map(([what, begin, work, count]) => [what, phase, begin, work, count] as const),
);

describe('a process that dies', () => {
  it.each(deaths)('in %s, %s a change: the next one ends it', async (_what, phase, begin, work, count) => {
    for (let nth = 1; ; nth++) {
      const lake = await hourOf(3);
      await begin(lake);
      const store = mortalStore(lake.lake.store, nth, phase);
      const isDead = await work(lake, store).then(
        () => false,
        () => true,
      );
      if (!isDead) break;
      const left = new Set(await seen(lake));
      for (const row of rows(3)) expect(left).toContain(row);
      await mergeLake(lake.lake.store);
      expect(await seen(lake)).toEqual(rows(count));
      await mergeLake(lake.lake.store, { orphansBeforeMs: Infinity });
      expect(await seen(lake)).toEqual(rows(count));
      expect(await mergeLake(lake.lake.store, { orphansBeforeMs: Infinity })).toEqual([]);
    }
  });
});
