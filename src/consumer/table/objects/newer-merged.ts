import { rememberSuccess } from '../../../runtime/memo.ts';
import type { MergedPartition } from '../../ledger/notes/merged-partition.ts';
import {
  mergedFolder,
  mergedPrefix,
  parseObjectName,
  topicOfFile,
  type ObjectRange,
} from '../../ledger/keys/object-keys.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/lake.ts';
import type { ParquetReader } from '../../ports/parquet.ts';
import { offsetsInFile } from './file-offsets.ts';

/**
 * Looks for rows of offsets that the ledger has not reached in the merged files of a Hive table. The names of these files say nothing of
 * offsets. The notes name the objects that a file is made of; a file that no note lists is read, since the notes may be of an older copy,
 * too.
 */
export class NewerMerged {
  readonly #store: ObjectStore;
  readonly #parquet: ParquetReader;
  /** Whether the table had a merged partition when it was looked at first. */
  readonly #hasMerged = rememberSuccess((table: string) => this.#look(table));

  constructor({ store, parquet }: { readonly store: ObjectStore; readonly parquet: ParquetReader }) {
    this.#store = store;
    this.#parquet = parquet;
  }

  /** A merged file of the Hive partition with rows of the range's Kafka partition and offsets. */
  async find(range: ObjectRange, hivePath: string): Promise<string | undefined> {
    const { table, topic } = range;
    if (!(await this.#hasMerged(table))) return undefined;
    const infos = await Array.fromAsync(this.#store.list(mergedPrefix(table, hivePath)));
    const files = infos.filter(({ key }) => topicOfFile(key) === topic);
    if (files.length === 0) return undefined;
    // few tables have any: what checks notes is loaded for those only
    const { readMerged } = await import('../../ledger/notes/merged-partition.ts');
    const note = (await readMerged(this.#store, table, hivePath))?.note;
    const noted = note && newerSource(note, range);
    return noted ?? this.#newerFile(files, note, range);
  }

  async #look(table: string): Promise<boolean> {
    const [first] = await Array.fromAsync(this.#store.list(`${mergedFolder(table)}/`, { limit: 1 }));
    return first !== undefined;
  }

  async #newerFile(
    files: readonly ObjectInfo[],
    note: MergedPartition | undefined,
    { partition, from, to }: ObjectRange,
  ): Promise<string | undefined> {
    const noted = new Set([...(note?.files.map(({ key }) => key) ?? []), ...(note?.obsolete ?? [])]);
    for (const file of files.filter(({ key }) => !noted.has(key))) {
      const offsets = await offsetsInFile(file, { store: this.#store, parquet: this.#parquet });
      const held = offsets?.get(partition);
      if (held !== undefined && held.to > from && held.from < to) return file.key;
    }
    return undefined;
  }
}

/** The merged file with an object that begins within the range. */
function newerSource({ files }: MergedPartition, { topic, partition, from, to }: ObjectRange): string | undefined {
  return files.find(({ sources }) =>
    sources.some(({ key }) => {
      const name = parseObjectName(key);
      return name?.topic === topic && name.partition === partition && name.from >= from && name.from < to;
    }),
  )?.key;
}
