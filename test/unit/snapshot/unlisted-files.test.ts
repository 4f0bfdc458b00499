import { describe, expect, it } from 'vitest';
import { findUnlistedFiles } from '../../../src/consumer/snapshot/unlisted-files.ts';
import { positionsProperty } from '../../../src/consumer/snapshot/table-positions.ts';
import { mayDelete, type LiveFile } from '../../../src/iceberg/manifests/live-files.ts';
import type { DataFile } from '../../../src/iceberg/manifests/manifest.ts';
import { createTable, openIcebergLake, putFile } from '../../support/iceberg-lake.ts';
import { testTopic } from '../../support/lake.ts';

const live = (file: DataFile, sequenceNumber = 1n, specId = 0): LiveFile => ({ file, specId, sequenceNumber });

/** A table with a file of another engine, whose rows are of partition 0 from 10 to 19, and files of deletes for it. */
async function setup(topics: readonly string[] = [testTopic]) {
  const lake = await openIcebergLake();
  const table = await createTable(lake);
  const positions = JSON.stringify(Object.fromEntries(topics.map((topic) => [`${topic}/0`, '100'])));
  const properties = { ...table.metadata.properties, [positionsProperty]: positions };
  const loaded = { ...table, metadata: { ...table.metadata, properties } };
  const file = await putFile(lake, table, { offsets: [10n, 15n, 19n] });
  const deletes: DataFile = { ...file, content: 1, lower_bounds: [], upper_bounds: [] };
  const find = (
    ranges: readonly (readonly [from: bigint, to: bigint, partition?: number])[],
    files: { readonly data?: readonly LiveFile[]; readonly deletes?: readonly LiveFile[] } = {},
  ) =>
    findUnlistedFiles(
      loaded,
      { data: files.data ?? [live(file)], deletes: files.deletes ?? [] },
      ranges.map(([from, to, partition = 0]) => ({ topic: testTopic, partition, from, to, generation: 2 })),
      { store: lake.store, topic: testTopic },
    );
  return { file, deletes, find };
}

describe('files of others that may hold rows of a range', () => {
  it('are found by the bounds of their Kafka coordinates', async () => {
    const { file, find } = await setup();
    expect(
      find([
        [0n, 10n],
        [20n, 30n],
        [10n, 20n, 1],
      ]),
    ).toEqual([]);
    const [found] = find([
      [19n, 30n],
      [0n, 11n],
      [18n, 19n],
      [40n, 50n],
    ]);
    expect(found).toMatchObject({
      uri: file.file_path,
      partition: ['2026-11-26'],
      leftOut: [
        { partition: 0, from: 0n, to: 11n },
        { partition: 0, from: 18n, to: 30n },
      ],
    });
    // nothing is known of its rows
    expect(find([[50n, 60n]], { data: [live({ ...file, lower_bounds: [], upper_bounds: [] })] })).toHaveLength(1);
  });

  it('are none where the name is that of a ledger’s object, of one of the table’s topics', async () => {
    const { file, find } = await setup();
    const named = (name: string) => [live({ ...file, file_path: file.file_path.replace(/[^/]+$/, name) })];
    expect(find([[0n, 99n]], { data: named('kafka-readings-0-10-20-g1.parquet') })).toEqual([]);
    // Spark's names can look like that
    expect(find([[0n, 99n]], { data: named('00000-1-8ef0-4d2a-9c11-123456789012-0-00001.parquet') })).toHaveLength(1);
  });

  it.each([
    ['of other partitions', (file: DataFile) => live(file, 1n, 7), 'other partitions'],
    ['of another format', (file: DataFile) => live({ ...file, file_format: 'ORC' }), 'ORC'],
    ['outside of the lake', (file: DataFile) => live({ ...file, file_path: 's3://other/x.parquet' }), 'outside'],
  ])('stop a replacement where they can’t be written again: %s', async (_, change, why) => {
    const { file, find } = await setup();
    expect(() => find([[0n, 99n]], { data: [change(file)] })).toThrow(why);
  });

  it('stop a replacement where rows of them are deleted by files of deletes', async () => {
    const { deletes, find } = await setup();
    expect(() => find([[0n, 99n]], { deletes: [live(deletes, 2n)] })).toThrow('files of deletes');
    expect(find([[0n, 99n]], { deletes: [live(deletes, 0n)] })).toHaveLength(1);
  });

  it('stop a replacement where they may hold rows of several topics, and are left alone where they hold another’s', async () => {
    const { file, find } = await setup([testTopic, 'visits']);
    expect(() => find([[0n, 99n]])).toThrow('several topics');
    const merged = (topic: string) => [
      live({ ...file, file_path: file.file_path.replace(/[^/]+$/, `merged-${topic}-${crypto.randomUUID()}.parquet`) }),
    ];
    expect(find([[0n, 99n]], { data: merged('visits') })).toEqual([]);
    expect(find([[0n, 99n]], { data: merged(testTopic) })).toHaveLength(1);
  });
});

describe('a file of deletes', () => {
  it('is for files of its partition, or of all, that are not newer', async () => {
    const { file, deletes } = await setup();
    const equality: DataFile = { ...deletes, content: 2 };
    const data = live(file, 5n);
    const cases: [LiveFile, boolean][] = [
      [live(deletes, 5n), true],
      [live(deletes, 4n), false],
      [live(equality, 5n), false],
      [live(equality, 6n), true],
      [live({ ...deletes, partition: { event_date: '2026-11-27' } }, 6n), false],
      [live({ ...deletes, partition: {} }, 6n), true],
    ];
    expect(cases.map(([each]) => mayDelete(each, data))).toEqual(cases.map(([, expected]) => expected));
  });

  it('is for files of its partition, whose values may be bytes', async () => {
    const { file, deletes } = await setup();
    const within = (each: DataFile, value: string) => ({ ...each, partition: { event_date: Buffer.from(value) } });
    const data = live(within(file, 'a'));
    expect(['a', 'b'].map((value) => mayDelete(live(within(deletes, value), 2n), data))).toEqual([true, false]);
  });

  it('that says which files it is for is for those only', async () => {
    const { file, deletes } = await setup();
    const forPath = (path: string): LiveFile => {
      const bound = [{ key: 2147483546, value: Buffer.from(path) }];
      return live({ ...deletes, lower_bounds: bound, upper_bounds: bound }, 2n);
    };
    expect(mayDelete(forPath(file.file_path), live(file))).toBe(true);
    expect(mayDelete(forPath(`${file.file_path}x`), live(file))).toBe(false);
  });
});
