import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { isUpToDate } from '../../../src/consumer/maintain/hive/is-up-to-date.ts';
import { forgetMerged, listMerged } from '../../../src/consumer/ledger/notes/merged-partition.ts';
import type { ObjectStore } from '../../../src/consumer/ports/lake.ts';
import type { AuditedLake } from '../../support/audited-lake.ts';
import { testTimestampMs } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';
import { testTable } from '../../support/lake.ts';
import { frozenStore, hourOf, mergeLake, onChanges, rowsByCatalog } from '../../support/merge-lake.ts';
import { editNote, mergedHour } from '../../support/merge-by-hand.ts';
import { mortalStore } from '../../support/mortal-store.ts';

const values = ['2026-11-23', '09'];

function rows(count: number): string[] {
  return Array.from({ length: count }, (_, offset) => `0/${offset}`).toSorted();
}

const seen = ({ lake }: AuditedLake): Promise<string[]> => rowsByCatalog(lake.store, lake.catalog);

async function keysBelow(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await Array.fromAsync(store.list(prefix))).map(({ key }) => key);
}

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
  it('are known to be where no query sees them, late ones and replayed ones, until the next one', async () => {
    const lake = await hourOf(2);
    const { store, catalog } = lake.lake;
    const keys = ['event_date', 'event_hour'];
    const isSeen = () => isUpToDate(testTable, { keys, values }, { store, catalog, ledger: new Ledger(store) });
    expect(await isSeen()).toBe(true);
    await mergeLake(store);
    expect(await isSeen()).toBe(true);
    for (const change of [() => lake.write(0, 1), () => lake.replay({ partition: 0, from: 1n, to: 2n })]) {
      await change();
      expect(await isSeen()).toBe(false);
      await mergeLake(store, { orphansBeforeMs: Infinity });
      expect(await isSeen()).toBe(true);
    }
  });

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

/** Something that upkeep does to a lake: how often it changes the lake at least, and how many rows there are afterwards. */
interface Story {
  readonly what: string;
  readonly begin: (lake: AuditedLake) => Promise<unknown>;
  readonly orphansBeforeMs: number;
  readonly changes: number;
  readonly count: number;
}

const stories: readonly Story[] = [
  { what: 'a first merge', begin: async () => {}, orphansBeforeMs: 0, changes: 5, count: 3 },
  {
    what: 'late rows',
    begin: async (lake) => {
      await mergeLake(lake.lake.store);
      await lake.write(0, 1);
    },
    orphansBeforeMs: 0,
    changes: 3,
    count: 4,
  },
  { what: 'ageing', begin: (lake) => mergeLake(lake.lake.store), orphansBeforeMs: Infinity, changes: 1, count: 3 },
];

const replayed: Story = {
  what: 'rows that were replayed',
  begin: async (lake) => {
    await mergeLake(lake.lake.store);
    await lake.replay({ partition: 0, from: 1n, to: 2n });
  },
  orphansBeforeMs: 0,
  changes: 5,
  count: 3,
};

describe('a reader that goes by the catalog', () => {
  it.each(stories)(
    'sees each row once after each change: $what',
    async ({ begin, orphansBeforeMs, changes, count }) => {
      const lake = await hourOf(3);
      await begin(lake);
      const before = (await seen(lake)).length;
      let seenChanges = 0;
      const store = onChanges(lake.lake.store, async () => {
        seenChanges++;
        const now = await seen(lake);
        expect(now).toEqual(rows(now.length));
        expect(now.length).toBeGreaterThanOrEqual(before);
      });
      await mergeLake(store, { orphansBeforeMs });
      expect(seenChanges).toBeGreaterThanOrEqual(changes);
      expect(await seen(lake)).toEqual(rows(count));
    },
  );

  it('misses none while merged files follow a replay', async () => {
    const lake = await hourOf(3);
    await replayed.begin(lake);
    const store = onChanges(lake.lake.store, async () => {
      expect([...new Set(await seen(lake))]).toEqual(rows(3));
    });
    await mergeLake(store);
    expect(await seen(lake)).toEqual(rows(3));
  });
});

describe('what happens while files are merged', () => {
  it('is seen before the partition moves: rows that readers have seen stay', async () => {
    const lake = await hourOf(3);
    let known = await seen(lake);
    const store = onChanges(lake.lake.store, async () => {
      const isPut = (await keysBelow(lake.lake.store, `${testTable}.merged/`)).length > 0;
      if (isPut && known.length === 3) await lake.write(0, 1);
      const now = await seen(lake);
      expect(now).toEqual(expect.arrayContaining(known));
      known = now;
    });
    await mergeLake(store);
    expect(known).toEqual(rows(4));
  });

  it.each([0, Infinity])('shows replayed rows once, also where another file can’t be made', async (orphansBeforeMs) => {
    const lake = await hourOf(4);
    const { store } = lake.lake;
    for (let times = 0; times < 2; times++) await mergeLake(store, { orphansBeforeMs: Infinity });
    await store.delete(await keysBelow(store, `${testTable}.merged/`));
    for (const [from, to] of [
      [1n, 3n],
      [1n, 2n],
      [2n, 3n],
    ] as const) {
      for (let offset = from; offset < to; offset++) await lake.replay({ partition: 0, from: offset, to: offset + 1n });
      expect(await mergeLake(store, { orphansBeforeMs })).toContainEqual(
        expect.objectContaining({ kind: 'left-alone', why: expect.stringContaining('replay its range') }),
      );
      expect(await seen(lake)).toEqual(['0/1', '0/2']);
      expect(await lake.problems({ deep: true })).toEqual(['object-missing']);
    }
    for (const offset of [0n, 3n]) await lake.replay({ partition: 0, from: offset, to: offset + 1n });
    await expectWhole(lake, rows(4));
  });

  it('takes nothing away while what has taken its place is not there', async () => {
    const lake = await hourOf(3);
    const { store } = lake.lake;
    await replayed.begin(lake);
    const before = await keysBelow(store, `${testTable}.merged/`);
    await mergeLake(
      onChanges(store, async () => {
        const { note } = (await Array.fromAsync(listMerged(store, testTable)))[0] ?? {};
        const isNoted = note?.files.every(({ key, bytes }) => !before.includes(key) && bytes !== undefined);
        if (isNoted === true) await store.delete(note?.files.map(({ key }) => key) ?? []);
      }),
    );
    expect(await keysBelow(store, `${testTable}.merged/`)).toEqual(before);
  });
});

/** Merges again, and once more when everything is old: each row is there once, and nothing is left to do. */
async function expectWhole(lake: AuditedLake, expected: readonly string[]): Promise<void> {
  const { store } = lake.lake;
  for (const orphansBeforeMs of [0, Infinity]) {
    await mergeLake(store, { orphansBeforeMs });
    expect(await seen(lake)).toEqual(expected);
  }
  expect(await mergeLake(store, { orphansBeforeMs: Infinity })).toEqual([]);
  const notes = await Array.fromAsync(listMerged(store, testTable));
  const noted = notes.flatMap(({ note }) => note.files.map(({ key }) => key));
  expect(await keysBelow(store, `${testTable}.merged/`)).toEqual(noted.toSorted());
}

const deaths = (['before', 'after'] as const).flatMap((phase) =>
  [...stories, replayed].map((story) => ({ ...story, phase })),
);

describe('a process that dies', () => {
  it.each(deaths)('$phase a change of $what: the next one ends it', async ({ phase, begin, ...story }) => {
    let deathsSeen = 0;
    for (let isDead = true; isDead;) {
      const lake = await hourOf(3);
      await begin(lake);
      const store = mortalStore(lake.lake.store, deathsSeen + 1, phase);
      isDead = await mergeLake(store, story).then(
        () => false,
        () => true,
      );
      if (isDead) deathsSeen++;
      const left = new Set(await seen(lake));
      for (const row of rows(3)) expect(left).toContain(row);
      await expectWhole(lake, rows(story.count));
    }
    expect(deathsSeen).toBeGreaterThanOrEqual(story.changes);
  });
});

describe('a process that is frozen before a change', () => {
  it.each([...stories, replayed])(
    'of $what, while others merge, replay and merge again, harms nothing when it wakes up',
    async ({ begin, changes, count }) => {
      let freezes = 0;
      for (let isFrozen = true; isFrozen;) {
        const lake = await hourOf(3);
        const { store } = lake.lake;
        await begin(lake);
        const frozen = frozenStore(store, freezes + 1);
        const work = mergeLake(frozen.store, { orphansBeforeMs: Infinity }).catch(() => {});
        isFrozen = await Promise.race([frozen.reached.then(() => true), work.then(() => false)]);
        if (isFrozen) freezes++;
        await mergeLake(store);
        await lake.replay({ partition: 0, from: 1n, to: 2n });
        await expectWhole(lake, rows(count));
        frozen.wakeUp();
        await work;
        const left = new Set(await seen(lake));
        for (const row of rows(count)) expect(left).toContain(row);
        await expectWhole(lake, rows(count));
      }
      expect(freezes).toBeGreaterThanOrEqual(changes);
    },
  );
});

describe('notes that are lost, or older than the lake', () => {
  const left = { kind: 'left-alone', why: expect.stringContaining('restore _ledger/readings.merged/') };

  it('take no copy away that is the only one', async () => {
    const lake = await hourOf(2);
    const { store } = lake.lake;
    await mergeLake(store);
    const [before] = await Array.fromAsync(listMerged(store, testTable));
    await lake.write(0, 1);
    await mergeLake(store);
    await mergeLake(store, { orphansBeforeMs: Infinity });
    await editNote(lake.lake, () => ({ revision: 0, values, files: [], obsolete: [], ...before?.note }));
    expect(await mergeLake(store)).toMatchObject([left]);
    expect(await seen(lake)).toEqual(rows(3));
  });

  it('take away what lies in the old folder, too', async () => {
    const lake = await hourOf(2);
    const { store } = lake.lake;
    await mergeLake(store);
    const [before] = await Array.fromAsync(listMerged(store, testTable));
    const old = await keysBelow(store, `${testTable}.merged/`);
    await editNote(lake.lake, () => ({ revision: 0, obsolete: [], values, ...before?.note, files: [] }));
    await mergeLake(store);
    expect(await seen(lake)).toEqual(rows(2));
    expect(await keysBelow(store, `${testTable}.merged/`)).not.toEqual(old);
  });

  it('leave merged files where they are when late rows are merged and move there again', async () => {
    const lake = await hourOf(2);
    const { store, catalog } = lake.lake;
    await mergeLake(store, { orphansBeforeMs: Infinity });
    await mergeLake(store, { orphansBeforeMs: Infinity });
    await forgetMerged(store, testTable, mergedHour);
    const table = await catalog.load(testTable);
    const location = store.uri(`${testTable}/${mergedHour}/`);
    if (table !== undefined) await catalog.movePartition(table, { values, location });
    for (let count = 0; count < 2; count++) await lake.write(0, 1);
    expect(await mergeLake(store)).toMatchObject([{ kind: 'merged', files: 2 }, left]);
    expect(await seen(lake)).toEqual(rows(4));
  });
});

describe('several processes at the same time', () => {
  it('merge, write and replay, and each row is there once at the end', async () => {
    const lake = await hourOf(3);
    const { store } = lake.lake;
    await Promise.all([
      ...Array.from({ length: 3 }, () => mergeLake(store)),
      lake.replay({ partition: 0, from: 1n, to: 2n }),
      lake.write(0, 1),
      lake.write(1, 1),
    ]);
    const all = [...rows(4), '1/0'].toSorted();
    await expectWhole(lake, all);
  });

  it('whatever they do in whatever order', async () => {
    const step = fc.oneof(
      fc.constantFrom('merge', 'age', 'write'),
      fc.record({ replay: fc.nat(2) }),
      fc.record({ kill: fc.integer({ min: 1, max: 6 }), phase: fc.constantFrom('before', 'after') }),
      fc.record({ together: fc.nat(2) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const lake = await hourOf(3);
        const { store } = lake.lake;
        const replay = (offset: number) => lake.replay({ partition: 0, from: BigInt(offset), to: BigInt(offset + 1) });
        let count = 3;
        for (const each of steps) {
          if (each === 'write') count++;
          if (each === 'write') await lake.write(0, 1);
          else if (each === 'merge') await mergeLake(store);
          else if (each === 'age') await mergeLake(store, { orphansBeforeMs: Infinity });
          else if ('replay' in each) await replay(each.replay);
          else if ('together' in each) await Promise.all([mergeLake(store), mergeLake(store), replay(each.together)]);
          else await mergeLake(mortalStore(store, each.kill, each.phase)).catch(() => {});
        }
        await expectWhole(lake, rows(count));
      }),
      runs(15),
    );
  });
});
