import { randomUUID } from 'node:crypto';
import {
  putMerged,
  readMerged,
  type MergedFile,
  type MergedPartition,
} from '../../src/consumer/ledger/notes/merged-partition.ts';
import { isWritten } from '../../src/consumer/ledger/entry/ledger-entry.ts';
import { Ledger } from '../../src/consumer/ledger/ledger.ts';
import { mergedFolder, mergedKey, parseObjectName } from '../../src/consumer/ledger/keys/object-keys.ts';
import { testPath, testTable, testTopic, type TestLake } from './lake.ts';
import { createTestRewriter } from './test-rewriter.ts';

type Lake = Pick<TestLake, 'store' | 'catalog'>;

/** How far upkeep has come with a Hive partition. */
export interface MergeSteps {
  /** The catalog has it at the new folder. */
  readonly isPlaced?: boolean;
  /** The note says so. */
  readonly isNoted?: boolean;
  /** The old folder's objects are still there. */
  readonly keepsSources?: boolean;
}

export const mergedHour = 'event_date=2026-11-23/event_hour=09';

/** Writes all rows of a Hive partition of the test's table into one file of its merged folder, one step after the other, as upkeep does. */
export async function mergeByHand(
  { store, catalog }: Lake,
  { isPlaced = true, isNoted = true, keepsSources = false }: MergeSteps = {},
  hivePath = mergedHour,
): Promise<MergedPartition> {
  const objects = await Array.fromAsync(store.list(`${testTable}/${hivePath}/`));
  const table = await catalog.load(testTable);
  if (table === undefined) throw new Error('there is no table');
  const ledger = new Ledger(store);
  const sources = await Promise.all(
    objects.map(async ({ key, size: bytes }) => ({ key, bytes, rows: await rowsOf(key, ledger) })),
  );
  const rewriter = createTestRewriter(store);
  const key = mergedKey({ table: mergedFolder(testTable), topic: testTopic, id: randomUUID() }, hivePath);
  const { rows, bytes, crc32 } = await rewriter.rewrite({
    sources,
    key,
    columns: table.columns,
    orderBy: ['kafka_partition', 'kafka_offset'],
  });
  const file: MergedFile = {
    key,
    rows,
    bytes,
    crc32,
    sources: sources.map((source) => ({ key: source.key, rows: source.rows })),
  };
  const values = hivePath.split('/').map((folder) => folder.slice(folder.indexOf('=') + 1));
  const isMoved = isPlaced && isNoted;
  const note = {
    revision: 1,
    values,
    files: [file],
    obsolete: [],
    ...(isMoved && { movedAt: '2026-11-23T12:00:00.000Z' }),
  };
  await putMerged(store, testTable, { hivePath, note });
  if (isPlaced)
    await catalog.movePartition(table, { values, location: store.uri(`${mergedFolder(testTable)}/${hivePath}/`) });
  if (!keepsSources) await store.delete(objects.map((object) => object.key));
  return note;
}

/** Changes the note behind upkeep's back. */
export async function editNote(
  { store }: Pick<Lake, 'store'>,
  edit: (note: MergedPartition) => MergedPartition,
  hivePath = mergedHour,
): Promise<void> {
  const before = await readMerged(store, testTable, hivePath);
  if (before === undefined) throw new Error(`there is no note of ${hivePath}`);
  const note = { ...edit(before.note), revision: before.note.revision + 1 };
  await putMerged(store, testTable, { hivePath, note, before });
}

async function rowsOf(key: string, ledger: Ledger): Promise<number> {
  const name = parseObjectName(key);
  const found = name && (await ledger.get(testPath(name.partition), name.from));
  const objects = found !== undefined && isWritten(found.entry) ? found.entry.outcome.objects : [];
  const object = objects.find((each) => each.key === key);
  if (object === undefined) throw new Error(`no entry lists ${key}`);
  return object.rows;
}
