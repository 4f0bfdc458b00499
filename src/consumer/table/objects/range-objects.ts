import { mergedFolder, parseObjectName, type ObjectName, type ObjectRange } from '../../ledger/keys/object-keys.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { tablesOf } from '../dead-letters/topic-tables.ts';
import { hiveValues, type NamedObject } from './format-1-objects.ts';

/** An object of our making, with what its name says. */
export interface RangeObject extends NamedObject {
  readonly name: ObjectName;
  /** Its rows, where they were merged into another file: it may be gone itself. */
  readonly mergedRows?: number;
}

type Range = Pick<ObjectRange, 'table' | 'topic' | 'partition' | 'from' | 'to'>;

/** Finds all objects with rows or dead letters of the range, by their names; those that were merged into others are among them. */
export async function findMeetingObjects(range: Range, store: ObjectStore): Promise<RangeObject[]> {
  const found = new Map<string, RangeObject>();
  for (const merged of await findMergedSources(range, store)) found.set(merged.key, merged);
  for (const { kind, name: folder } of tablesOf(range.table)) {
    for await (const { key } of store.list(`${folder}/`)) {
      const name = nameIfMeeting(key, range);
      if (name !== undefined) found.set(key, { ...found.get(key), key, kind, partition: hiveValues(key), name });
    }
  }
  return [...found.values()];
}

/** Finds the objects with rows of the range that were merged into others, by the notes of these. */
export async function findMergedSources(range: Range, store: ObjectStore): Promise<RangeObject[]> {
  const { table } = range;
  const [first] = await Array.fromAsync(store.list(`${mergedFolder(table)}/`, { limit: 1 }));
  if (first === undefined) return [];
  // few tables have any: what checks notes is loaded for those only
  const { listMerged } = await import('../../ledger/notes/merged-partition.ts');
  const notes = await Array.fromAsync(listMerged(store, table), ({ note }) => note);
  return notes.flatMap(({ files, values }) =>
    files.flatMap(({ sources }) =>
      sources.flatMap(({ key, rows }) => {
        const name = nameIfMeeting(key, range);
        return name === undefined ? [] : [{ key, kind: 'rows' as const, partition: values, name, mergedRows: rows }];
      }),
    ),
  );
}

function nameIfMeeting(key: string, { topic, partition, from, to }: Range): ObjectName | undefined {
  const name = parseObjectName(key);
  const isMeeting = name?.topic === topic && name.partition === partition && name.from < to && name.to > from;
  return isMeeting ? name : undefined;
}
