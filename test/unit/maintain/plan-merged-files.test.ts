import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MergedPartition } from '../../../src/consumer/ledger/notes/merged-partition.ts';
import { objectKey, topicOfFile } from '../../../src/consumer/ledger/keys/object-keys.ts';
import {
  isWorthMerging,
  planFiles,
  replan,
  type ListedObject,
} from '../../../src/consumer/maintain/hive/plan-merged-files.ts';

const hivePath = 'event_date=2026-11-23/event_hour=09';
let ids = 0;
const target = {
  table: 'readings',
  hivePath,
  size: { bytesMax: 100, rowsMax: 2_000_000 },
  newId: () => `00000000-0000-0000-0000-${String(++ids).padStart(12, '0')}`,
};

/** Objects of two topics, each range once. */
const objects = fc.uniqueArray(
  fc.record({
    topic: fc.constantFrom('a', 'b-1'),
    partition: fc.nat(2),
    from: fc.nat(20),
    generation: fc.integer({ min: 1, max: 3 }),
    rows: fc.integer({ min: 1, max: 9 }),
    bytes: fc.integer({ min: 1, max: 150 }),
  }),
  { selector: ({ topic, partition, from }) => `${topic}/${partition}/${from}`, maxLength: 30 },
);

type Given = typeof objects extends fc.Arbitrary<infer Value> ? Value : never;

function listed(given: Given): ListedObject[] {
  return given.map(({ topic, partition, from, generation, rows, bytes }) => {
    const range = { table: 'readings', topic, partition, from: BigInt(from), to: BigInt(from + 1), generation };
    return { key: objectKey(range, hivePath), rows, bytes };
  });
}

function expectHolds({ files }: Pick<MergedPartition, 'files'>, expected: readonly ListedObject[]): void {
  const sources = files.flatMap((file) => file.sources);
  const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
  expect(sources.toSorted(byKey)).toEqual(expected.map(({ key, rows }) => ({ key, rows })).toSorted(byKey));
  for (const file of files) {
    expect(file.rows).toBe(file.sources.reduce((sum, { rows }) => sum + rows, 0));
    expect(new Set(file.sources.map(({ key }) => topicOfFile(key)))).toEqual(new Set([topicOfFile(file.key)]));
    expect(file.key.startsWith(`readings.merged/${hivePath}/`)).toBe(true);
  }
  expect(new Set(files.map(({ key }) => key)).size).toBe(files.length);
}

describe('the plan of a merged partition', () => {
  it('has each object in one file of its topic, of about the target’s size', () => {
    fc.assert(
      fc.property(objects, (given) => {
        const all = listed(given);
        const files = planFiles(all, target);
        expectHolds({ files }, all);
        const bytes = new Map(all.map((object) => [object.key, object.bytes]));
        for (const { sources } of files) {
          const sum = sources.reduce((total, { key }) => total + (bytes.get(key) ?? 0), 0);
          expect(sources.length === 1 || sum <= target.size.bytesMax).toBe(true);
        }
      }),
    );
  });

  it('follows what is listed, whatever comes and goes', () => {
    fc.assert(
      fc.property(objects, fc.array(fc.tuple(fc.nat(29), fc.boolean()), { maxLength: 40 }), (given, changes) => {
        const all = listed(given);
        const first = all.slice(0, Math.ceil(all.length / 2));
        let note: MergedPartition = { revision: 1, values: ['x'], files: planFiles(first, target), obsolete: [] };
        const now = new Set(first);
        for (const [index, isGone] of changes) {
          const object = all[index];
          if (object === undefined || now.has(object) !== isGone) continue;
          const change = isGone
            ? { added: [], replacedSources: new Set([object.key]) }
            : { added: [object], replacedSources: new Set<string>() };
          const next = replan(note, change, target);
          if (isGone) now.delete(object);
          else now.add(object);
          expect(next?.revision).toBe(note.revision + 1);
          note = next ?? note;
          expectHolds(note, [...now]);
          const keys = new Set(note.files.map(({ key }) => key));
          expect(note.obsolete.filter((key) => keys.has(key) && key.includes('/merged-'))).toEqual([]);
        }
        expect(replan(note, { added: [], replacedSources: new Set() }, target)).toBeUndefined();
      }),
    );
  });

  it('makes a file that loses rows of what is there, unless offsets alone do not tell the rows', () => {
    const name = (generation: number) => `readings/${hivePath}/kafka-a-0-0-10-g${generation}.parquet`;
    const file = (keys: readonly string[]) => ({
      key: 'm',
      rows: keys.length,
      sources: keys.map((key) => ({ key, rows: 1 })),
    });
    const other = `readings/${hivePath}/kafka-a-0-10-20-g1.parquet`;
    const plan = (keys: readonly string[]) =>
      replan(
        { revision: 1, values: ['x'], files: [file(keys)], obsolete: [] },
        { added: [], replacedSources: new Set([name(1)]) },
        target,
      );
    expect(plan([name(1), other])?.files[0]?.bases).toEqual([
      { key: 'm', leftOut: [{ partition: 0, from: 0n, to: 10n }] },
    ]);
    expect(plan([name(1), name(2)])?.files[0]?.bases).toBeUndefined();
    expect(plan([name(1)])?.files).toEqual([]);
  });

  it('is worth it where several files are small', () => {
    const of = (...bytes: readonly number[]) => bytes.map((each) => ({ bytes: each, rows: 1 }));
    expect(isWorthMerging(of(74, 74), target.size)).toBe(true);
    expect(isWorthMerging(of(74, 75, 200), target.size)).toBe(false);
  });
});
