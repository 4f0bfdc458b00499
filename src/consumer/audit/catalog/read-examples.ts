import { mapConcurrently, readsAtOnce } from '../../../runtime/concurrency.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import type { Column } from '../../../schema/types/column-type.ts';
import type { WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { objectSource, type ParquetReader } from '../../ports/parquet.ts';
import type { MergedObject, MergedObjects } from '../objects/merged-objects.ts';
import type { CatalogNeeds } from './catalog-needs.ts';

export interface ExampleOptions {
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
  /** Finds the file that has an object's rows now. */
  readonly mergedObjects?: MergedObjects | undefined;
}

/** Reads the footers of a few files: those that brought the columns, or have their rows now. */
export async function readExamples(
  needed: CatalogNeeds,
  { store, parquet, mergedObjects }: ExampleOptions,
): Promise<void> {
  const columnsOfFile = async (file: MergedObject): Promise<Column[] | undefined> => {
    try {
      return await parquet.columns(objectSource(store, file));
    } catch (error) {
      // damaged or gone: the audit of objects says so
      if (!(error instanceof PipelineError) || error.retryable) throw error;
      return undefined;
    }
  };
  await mapConcurrently(needed.examples(), readsAtOnce, async (object: WrittenObject) => {
    const { key, bytes: size } = object;
    const own = await columnsOfFile({ key, size });
    if (own !== undefined) return needed.note(key, own);
    const holder = await mergedObjects?.find(object);
    const held = holder && (await columnsOfFile(holder));
    if (held !== undefined) needed.note(holder?.key ?? key, held, key.slice(0, key.lastIndexOf('/') + 1));
  });
}
