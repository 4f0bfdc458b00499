import { mapConcurrently, readsAtOnce } from '../../runtime/concurrency.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { WrittenObject } from '../ledger/entry/ledger-entry.ts';
import { listMerged } from '../ledger/notes/merged-partition.ts';
import type { ObjectStore } from '../ports/lake.ts';

/** A file of a Hive table that becomes part of an Iceberg table. */
export type AdoptedFile = Pick<WrittenObject, 'key' | 'rows' | 'bytes' | 'partition'>;

/**
 * Gives the files that have the rows of these objects, each row once: those of merged partitions, where all rows of a file are of these objects,
 * otherwise the objects themselves. Rejects with TABLE_MISMATCH when these are not there any more.
 */
export async function adoptedFiles(
  objects: readonly WrittenObject[],
  { source, store }: { readonly source: string; readonly store: ObjectStore },
): Promise<AdoptedFile[]> {
  const left = new Map(objects.map((object) => [object.key, object]));
  const files: AdoptedFile[] = [];
  const partly: WrittenObject[] = [];
  for await (const { note } of listMerged(store, source)) {
    for (const { key, rows, bytes, sources } of note.movedAt === undefined ? [] : note.files) {
      const wanted = sources.flatMap((each) => {
        const object = left.get(each.key);
        return object?.rows === each.rows ? [object] : [];
      });
      if (bytes === undefined || wanted.length < sources.length) {
        for (const each of wanted) partly.push(each);
        continue;
      }
      for (const each of wanted) left.delete(each.key);
      files.push({ key, rows, bytes, partition: note.values });
    }
  }
  await checkThere(partly, { source, store });
  return [...files, ...left.values()];
}

/** Rows of a merged file that are not to be adopted can't be left out by metadata alone. */
async function checkThere(
  objects: readonly WrittenObject[],
  { source, store }: { readonly source: string; readonly store: ObjectStore },
): Promise<void> {
  await mapConcurrently(objects, readsAtOnce, async ({ key }) => {
    if ((await store.head(key)) !== undefined) return;
    throw new PipelineError('TABLE_MISMATCH', {
      message: `${source} can't be adopted: the rows of ${key} are in a merged file with rows that were replaced since`,
      retryable: false,
      details: { table: source, key },
      hint: 'run glueless maintain, which writes that file again, and adopt it then',
    });
  });
}
