import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeLimitsOf } from '../../../src/consumer/batch/batch-policy.ts';
import { commitBatch } from '../../../src/consumer/commit/commit-batch.ts';
import { mergedFolder, mergedKey } from '../../../src/consumer/ledger/keys/object-keys.ts';
import type { MergedFile, MergedPartition } from '../../../src/consumer/ledger/notes/merged-partition.ts';
import { readBatch } from '../../../src/consumer/replay/put-batch.ts';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { AuditedLake, fileOfOffsets } from '../../support/audited-lake.ts';
import { testPath, testTable, testTopic } from '../../support/lake.ts';
import { hourOf, mergeLake, rowsByCatalog } from '../../support/merge-lake.ts';
import { editNote, mergeByHand, mergedHour, type MergeSteps } from '../../support/merge-by-hand.ts';

const mergedPath = `${mergedFolder(testTable)}/${mergedHour}`;

async function openMerged(steps: MergeSteps = {}): Promise<{ lake: AuditedLake; note: MergedPartition; path: string }> {
  const lake = await AuditedLake.open();
  const note = await mergeByHand(lake.lake, steps);
  return { lake, note, path: join(lake.lake.root, note.files[0]?.key ?? '') };
}

/** The problems that the plain audit and the deep one name. */
async function bothAudits(lake: AuditedLake) {
  return { plain: (await lake.problems()).toSorted(), deep: (await lake.problems({ deep: true })).toSorted() };
}

const none = { plain: [], deep: [] };

describe('the audit of a merged partition', () => {
  it.each<[string, MergeSteps]>([
    ['whose objects are gone', {}],
    ['whose objects are kept for a while', { keepsSources: true }],
    ['whose move nobody has noted yet', { keepsSources: true, isNoted: false }],
    ['that has not moved yet', { keepsSources: true, isPlaced: false }],
  ])('finds nothing wrong with one %s', async (_what, steps) => {
    const { lake } = await openMerged(steps);
    expect(await bothAudits(lake)).toEqual(none);
    expect((await lake.verify()).repairs).toEqual([]);
  });

  it('looks at new entries only with --since, and at the merged files that have their rows', async () => {
    const { lake, path } = await openMerged();
    expect(await lake.problems({ sinceMs: 0, deep: true })).toEqual([]);
    await rm(path);
    expect(await lake.problems({ sinceMs: 0 })).toEqual(['object-missing']);
    expect(await lake.problems({ sinceMs: systemClock.nowMs() + 1000 })).toEqual([]);
  });

  it('says what came since and waits for upkeep, which is no finding for a day', async () => {
    const { lake } = await openMerged();
    await lake.write(0);
    const { findings, waiting } = await lake.verify({ deep: true });
    expect(findings).toEqual([]);
    expect(waiting).toEqual({ partitions: 1, objects: 1, rows: 9 });
    expect((await lake.verify({ sinceMs: 0 })).waiting).toEqual(waiting);
    const nowMs = systemClock.nowMs() + 2 * 86_400_000;
    expect((await lake.verify({ nowMs })).findings).toMatchObject([
      { problem: 'merge-late', action: expect.stringContaining('glueless maintain') },
    ]);
  });

  it('finds rows that a replay has replaced, and says that the new ones wait', async () => {
    const { lake } = await openMerged();
    await lake.replay({ partition: 0, from: 0n, to: 20n });
    const { findings, waiting } = await lake.verify({ deep: true });
    expect(findings).toMatchObject([
      { problem: 'merge-outdated', what: expect.stringContaining('replay or redrive has replaced') },
    ]);
    expect(waiting).toEqual({ partitions: 1, objects: 1, rows: 9 });
  });
});

type Tampering = (opened: Awaited<ReturnType<typeof openMerged>>) => Promise<unknown>;

/** Changes the merged file as the note has it. */
const editFile =
  (edit: (file: MergedPartition['files'][number]) => MergedPartition['files'][number]): Tampering =>
  ({ lake }) =>
    editNote(lake.lake, (note) => ({ ...note, files: note.files.map(edit) }));

type Names = readonly string[];

const tamperings: readonly (readonly [string, Tampering, Names, Names?])[] = [
  ['the merged file deleted', ({ path }) => rm(path), ['object-missing']],
  ['the merged file cut', ({ path }) => writeFile(path, 'PAR1'), ['object-size']],
  [
    'the merged file damaged, in a store that tells no size',
    async (opened) => {
      await editFile(({ bytes: _size, ...file }) => file)(opened);
      await writeFile(opened.path, 'PAR1');
    },
    ['object-unreadable'],
  ],
  [
    'the merged file exchanged for one with other rows',
    async (opened) => {
      await editFile(({ bytes: _size, ...file }) => file)(opened);
      await writeFile(opened.path, await fileOfOffsets(0, [0, 1, 2]));
    },
    ['object-rows'],
  ],
  [
    'the merged file exchanged for one with a row twice',
    async (opened) => {
      await editFile(({ bytes: _size, ...file }) => ({ ...file, rows: 9, sources: file.sources.slice(0, 1) }))(opened);
      await writeFile(opened.path, await fileOfOffsets(0, [0, 2, 6, 8, 10, 12, 14, 16, 16]));
    },
    ['object-missing'],
    ['object-missing', 'record-doubled', 'record-missing'],
  ],
  [
    'the merged file exchanged for one of another range',
    async (opened) => {
      await editFile(({ bytes: _size, ...file }) => ({ ...file, rows: 9, sources: file.sources.slice(0, 1) }))(opened);
      await writeFile(opened.path, await fileOfOffsets(7, [0, 2, 6, 8, 10, 12, 14, 16, 18]));
    },
    ['object-missing'],
    ['object-missing', 'record-misplaced', 'record-missing'],
  ],
  [
    'a source taken out of the note',
    editFile((file) => ({ ...file, sources: file.sources.slice(1) })),
    ['object-missing', 'object-rows'],
  ],
  [
    'a source with other rows in the note',
    editFile((file) => ({
      ...file,
      rows: file.rows + 1,
      sources: file.sources.map((source, at) => (at === 0 ? { ...source, rows: source.rows + 1 } : source)),
    })),
    ['merge-outdated', 'object-missing', 'object-rows'],
  ],
  [
    'the note deleted',
    ({ lake }) => rm(join(lake.lake.root, `_ledger/${testTable}.merged`), { recursive: true }),
    ['object-missing', 'object-unlisted', 'partition-location'],
  ],
  [
    'the note damaged',
    ({ lake }) => writeFile(join(lake.lake.root, `_ledger/${testTable}.merged/${mergedHour}.json@2`), '{}'),
    ['entry-unreadable', 'object-missing'],
  ],
  [
    'a file beside the merged one',
    async ({ lake }) =>
      writeFile(
        join(
          lake.lake.root,
          mergedKey(
            { table: mergedFolder(testTable), topic: testTopic, id: '00000000-0000-4000-8000-000000000000' },
            mergedHour,
          ),
        ),
        await fileOfOffsets(0, [1]),
      ),
    ['object-unlisted'],
  ],
  [
    'somebody’s file beside the merged one',
    ({ lake }) => writeFile(join(lake.lake.root, mergedPath, 'part-0.parquet'), ''),
    ['object-unlisted'],
  ],
  [
    'an entry of the merged file gone',
    ({ lake }) => lake.removeEntry(1, 0),
    ['head-missing', 'merge-outdated', 'object-unlisted'],
  ],
];

const cases = tamperings.map(([what, tamper, plain, deep]) => [what, tamper, plain, deep ?? plain] as const);

describe('the audit beside upkeep', () => {
  it('finds nothing wrong after each step of it: a merge, late rows, a replay, and the end of what the old folder held', async () => {
    const lake = await AuditedLake.open();
    const { store } = lake.lake;
    await mergeLake(store);
    expect(await bothAudits(lake)).toEqual(none);
    await lake.write(0);
    await lake.replay({ partition: 1, from: 0n, to: 20n });
    expect(await lake.problems({ deep: true })).toEqual(['merge-outdated']);
    await mergeLake(store);
    expect(await bothAudits(lake)).toEqual(none);
    expect(await lake.verify()).not.toHaveProperty('waiting');
    await mergeLake(store, { orphansBeforeMs: Infinity });
    expect(await Array.fromAsync(store.list(`${testTable}/`))).toEqual([]);
    expect(await bothAudits(lake)).toEqual(none);
  });
});

describe('a merged file that was damaged, of which a part is replayed before anybody looks', () => {
  const damages: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array, Names])[] = [
    ['cut', (bytes) => bytes.subarray(0, bytes.length / 2), ['object-size']],
    ['emptied', () => new Uint8Array(), ['object-size']],
    ['other bytes of its size', (bytes) => bytes.map((byte) => byte ^ 1), ['object-checksum', 'object-unreadable']],
  ];

  it.each([...damages])('is found until its rows are somewhere: %s', async (_what, damage, problems) => {
    const lake = await hourOf(3);
    const { store } = lake.lake;
    for (let times = 0; times < 2; times++) await mergeLake(store, { orphansBeforeMs: Infinity });
    const [{ key } = { key: '' }] = await Array.fromAsync(store.list(`${mergedFolder(testTable)}/`));
    const before = await store.get(key);
    await store.delete([key]);
    await store.put(key, damage(before?.bytes ?? new Uint8Array()), { ifAbsent: true });
    await lake.replay({ partition: 0, from: 1n, to: 2n });
    for (let times = 0; times < 2; times++) {
      expect(await mergeLake(store, { orphansBeforeMs: Infinity })).toContainEqual(
        expect.objectContaining({ kind: 'left-alone' }),
      );
      const { findings } = await lake.verify();
      expect(findings).toMatchObject([
        { where: key, action: expect.stringContaining('glueless replay --partition 0 --from-offset 0 --to-offset 3') },
      ]);
      expect(problems).toContain(findings[0]?.problem);
      expect(await lake.problems({ deep: true })).toEqual([findings[0]?.problem]);
    }
    await editNote(lake.lake, (note) => ({ ...note, files: note.files.map(withoutSizeOfBases) }));
    expect(await bothAudits(lake)).toEqual({ plain: ['object-unreadable'], deep: ['object-unreadable'] });
    for (const from of [0n, 2n]) await lake.replay({ partition: 0, from, to: from + 1n });
    await mergeLake(store);
    expect(await bothAudits(lake)).toEqual(none);
    expect(await rowsByCatalog(store, lake.lake.catalog)).toEqual(['0/0', '0/1', '0/2']);
  });

  it('is found by its rows where it is another file', async () => {
    const lake = await hourOf(3);
    const { store } = lake.lake;
    for (let times = 0; times < 2; times++) await mergeLake(store, { orphansBeforeMs: Infinity });
    const [{ key } = { key: '' }] = await Array.fromAsync(store.list(`${mergedFolder(testTable)}/`));
    await store.delete([key]);
    await store.put(key, await fileOfOffsets(0, [0, 1, 7]), { ifAbsent: true });
    await lake.replay({ partition: 0, from: 1n, to: 2n });
    await mergeLake(store);
    await editNote(lake.lake, (note) => ({ ...note, files: note.files.map(withoutSizeOfBases) }));
    expect(await bothAudits(lake)).toEqual({ plain: [], deep: ['record-missing'] });
  });

  it('is written again from its sources where these are there', async () => {
    const lake = await hourOf(3);
    const { store } = lake.lake;
    await mergeLake(store);
    const [{ key } = { key: '' }] = await Array.fromAsync(store.list(`${mergedFolder(testTable)}/`));
    await store.delete([key]);
    await store.put(key, new Uint8Array(), { ifAbsent: true });
    await lake.replay({ partition: 0, from: 1n, to: 2n });
    await mergeLake(store);
    expect(await bothAudits(lake)).toEqual(none);
    expect(await rowsByCatalog(store, lake.lake.catalog)).toEqual(['0/0', '0/1', '0/2']);
  });
});

describe('a claim that was brought back, whose objects were merged and are gone', () => {
  const [range, heldFrom] = [{ partition: 0, from: 20n, to: 40n }, 25n];

  async function claimedAgain() {
    const lake = await AuditedLake.open();
    for (const hour of ['09', '10']) await mergeByHand(lake.lake, {}, `event_date=2026-11-23/event_hour=${hour}`);
    await rm(`${lake.entryPath(0, 20)}@2`);
    lake.topic.deleteBelow(0, heldFrom);
    const found = await lake.ledger.get(testPath(), range.from);
    if (found?.entry.state !== 'claimed') throw new Error('it is claimed');
    const policy = { rowsMax: 100, bytesMax: 1e6, ageMaxMs: 1000 };
    const options = { reader: lake.topic, tools: lake.tools, policy, signal: new AbortController().signal };
    return { lake, claim: { ...found, entry: found.entry }, options };
  }

  /** Ends the claim as the service does, of which Kafka lacks the first records. */
  async function adopt({ lake, claim, options }: Awaited<ReturnType<typeof claimedAgain>>) {
    const batch = await readBatch(range, options, heldFrom);
    const lost = { from: range.from, to: heldFrom };
    const request = { batch, reason: 'adopted', claim, lost, limits: decodeLimitsOf(options.policy) } as const;
    return commitBatch({ ...request, commitOffset: async () => {} }, lake.tools);
  }

  it('has nothing lost that is in the merged files', async () => {
    const opened = await claimedAgain();
    const { lake } = opened;
    expect(await lake.problems({ nowMs: systemClock.nowMs() + 86_400_000 })).toEqual([
      'unfinished-claim',
      'lost-to-retention',
    ]);
    expect(await adopt(opened)).not.toHaveProperty('entry.outcome.lost');
    expect(await bothAudits(lake)).toEqual(none);
  });

  it('is ended by a replay from what the lake has', async () => {
    const { lake, claim, options } = await claimedAgain();
    expect(await replayItem({ kind: 'finish', range, current: claim, heldFrom }, options)).toEqual({ kind: 'done' });
    expect(await bothAudits(lake)).toEqual(none);
  });

  it('has lost what is nowhere, and keeps the rows of the merged files beside it', async () => {
    const opened = await claimedAgain();
    const { lake } = opened;
    await rm((await lake.objects(0, 20))[0] ?? '');
    expect(await adopt(opened)).toMatchObject({ entry: { outcome: { rows: 18, deadLetters: 0, lost: { to: 25n } } } });
    expect(await bothAudits(lake)).toEqual({ plain: ['gap'], deep: ['gap'] });
  });
});

/** A note as earlier versions have left it. */
function withoutSizeOfBases({ bases, ...file }: MergedFile): MergedFile {
  return { ...file, ...(bases && { bases: bases.map(({ key, leftOut }) => ({ key, leftOut })) }) };
}

describe('the audit finds what was tampered with in a merged partition', () => {
  it.each([...cases])('%s', async (_what, tamper, plain, deep) => {
    const opened = await openMerged();
    await tamper(opened);
    expect(await bothAudits(opened.lake)).toEqual({ plain, deep });
  });
});

describe('the catalog of a table with a merged partition', () => {
  const folders = async (lake: AuditedLake) => {
    const partitions = await Array.fromAsync(lake.lake.catalog.listPartitions(testTable));
    return partitions.map(({ location }) => location.slice(lake.lake.store.uri('_').length - 1)).toSorted();
  };
  const other = `${testTable}/event_date=2026-11-23/event_hour=10/`;
  const placed = [`${mergedPath}/`, other].toSorted();
  /** What an older version, or somebody, does to the catalog. */
  const setBack = async (lake: AuditedLake): Promise<void> => {
    const table = await lake.lake.catalog.load(testTable);
    const location = lake.lake.store.uri(`${testTable}/${mergedHour}/`);
    if (table !== undefined) await lake.lake.catalog.movePartition(table, { values: ['2026-11-23', '09'], location });
  };

  it('is set right again when the partition is back in the old folder, without a moment in which it is nowhere', async () => {
    const { lake } = await openMerged({ keepsSources: true });
    await setBack(lake);
    expect(await bothAudits(lake)).toEqual({ plain: ['partition-location'], deep: ['partition-location'] });
    const { catalog } = lake.lake;
    const removePartitions = (): Promise<void> => Promise.reject(new Error('nothing is to be removed'));
    expect(await lake.repair({ catalog: { ...catalog, removePartitions } })).toEqual([
      'registered readings/2026-11-23/09',
    ]);
    expect(await folders(lake)).toEqual(placed);
    expect(await bothAudits(lake)).toEqual(none);
  });

  it('is left as it is while the merged file is not there: the old folder may hold all rows', async () => {
    const { lake, path } = await openMerged({ keepsSources: true });
    await setBack(lake);
    await rm(path);
    const found = await lake.verify();
    expect(found.repairs).toEqual([]);
    expect(found.findings.map(({ problem }) => problem)).toEqual(['object-missing', 'partition-location']);
  });

  it('gets a dropped partition back at the folder that it has moved to', async () => {
    const { lake } = await openMerged();
    await lake.lake.catalog.removePartitions(testTable, [['2026-11-23', '09']]);
    expect(await lake.problems()).toEqual(['partition-unregistered']);
    await lake.repair();
    expect(await folders(lake)).toEqual(placed);
    expect(await bothAudits(lake)).toEqual(none);
  });

  it('is made again with all columns when the table was dropped and no object is left but merged ones', async () => {
    const { lake } = await openMerged();
    await mergeByHand(lake.lake, {}, 'event_date=2026-11-23/event_hour=10');
    const before = await lake.lake.catalog.load(testTable);
    await rm(join(lake.lake.root, '_catalog'), { recursive: true });
    await lake.repair();
    const after = await lake.lake.catalog.load(testTable);
    const types = (table: typeof after) => table?.columns.map(({ name, type }) => [name, type]).toSorted();
    expect(types(after)).toEqual(types(before));
    expect(await folders(lake)).toEqual(
      [`${mergedPath}/`, other.replace(testTable, mergedFolder(testTable))].toSorted(),
    );
    expect(await bothAudits(lake)).toEqual(none);
  });

  it('has what is wrong with a merged file as a finding as soon as readers look there', async () => {
    const { lake, path } = await openMerged({ keepsSources: true, isNoted: false });
    await rm(path);
    expect(await lake.problems()).toEqual(['object-missing']);
    await setBack(lake);
    expect(await bothAudits(lake)).toEqual(none);
  });

  it.each<[string, MergeSteps, string]>([
    ['stays where merged files are the only ones that have its rows', {}, `${mergedPath}/`],
    ['is set back where the table’s folder has all of them', { keepsSources: true }, `${testTable}/${mergedHour}/`],
  ])('%s, when the note is lost', async (_what, steps, place) => {
    const { lake } = await openMerged(steps);
    await rm(join(lake.lake.root, `_ledger/${testTable}.merged`), { recursive: true });
    await lake.repair();
    expect(await folders(lake)).toEqual([place, other].toSorted());
  });

  it('is set back to the table’s folder when nobody has noted a merge', async () => {
    const { lake } = await openMerged({ keepsSources: true });
    await rm(join(lake.lake.root, `_ledger/${testTable}.merged`), { recursive: true });
    await rm(join(lake.lake.root, mergedFolder(testTable)), { recursive: true });
    expect(await lake.problems()).toEqual(['partition-location']);
    await lake.repair();
    expect(await bothAudits(lake)).toEqual(none);
  });
});
