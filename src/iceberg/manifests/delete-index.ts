import { mayDelete, type LiveFile, type PlacedFile } from './live-files.ts';
import { partitionId } from '../metadata/partition-fields.ts';

/** Finds the files of deletes that may take out rows of a data file, without comparing each with each. */
export class DeleteIndex {
  readonly #byPartition: ReadonlyMap<string, readonly LiveFile[]>;
  readonly #bySpec: ReadonlyMap<number, readonly LiveFile[]>;

  constructor(deletes: readonly LiveFile[]) {
    this.#byPartition = Map.groupBy(deletes, ({ specId, file }) => placeId(specId, file.partition));
    this.#bySpec = Map.groupBy(deletes, ({ specId }) => specId);
  }

  for(data: PlacedFile): LiveFile[] {
    if (this.#bySpec.size === 0) return [];
    const { specId, file } = data;
    const ofPartition = this.#byPartition.get(placeId(specId, file.partition)) ?? [];
    const everywhere = this.#byPartition.get(placeId(specId, {})) ?? [];
    const ofOtherSpecs = [...this.#bySpec].flatMap(([id, deletes]) => (id === specId ? [] : deletes));
    return [...new Set([...ofPartition, ...everywhere, ...ofOtherSpecs])].filter((each) => mayDelete(each, data));
  }
}

function placeId(specId: number, partition: PlacedFile['file']['partition']): string {
  return `${specId} ${partitionId(partition)}`;
}
