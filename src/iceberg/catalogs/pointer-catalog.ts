import type { ObjectStore } from '../../consumer/ports/lake.ts';
import type { Clock } from '../../runtime/clock.ts';
import { isRetryable } from '../../runtime/errors.ts';
import { isStillGood, updatesFor } from './grown-table.ts';
import type { CommitOutcome, CreateOutcome, IcebergCatalog, LoadedTable, TableChange } from '../iceberg-catalog.ts';
import {
  descendsFrom,
  discardForgotten,
  readMetadataFile,
  stageNewTable,
  stageUpdates,
  type StagedMetadata,
} from './metadata-file.ts';
import type { TableUpdate } from '../metadata/table-updates.ts';
import { unmetRequirement } from '../metadata/table-requirements.ts';

export interface TablePointer {
  /** URI of the metadata file. */
  readonly location: string;
}

/** Columns that others add while a change is made: it is made of the table that has them, so many times. */
const attemptsMax = 20;

/** Where a catalog keeps which metadata file is a table's. Every call rejects with a `PipelineError`. */
export interface PointerStore<Pointer extends TablePointer> {
  /** Rejects with TABLE_MISMATCH for a table of another format. */
  read(table: string): Promise<Pointer | undefined>;
  create(table: string, staged: StagedMetadata): Promise<'stored' | 'refused'>;
  /** Points to the staged metadata if the table still has the pointer `from`, by compare-and-swap. */
  replace(table: string, from: Pointer, staged: StagedMetadata): Promise<'stored' | 'refused'>;
}

export interface PointerCatalogOptions<Pointer extends TablePointer> {
  readonly pointers: PointerStore<Pointer>;
  /** The lake that holds the tables. */
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/**
 * A catalog that writes metadata files itself and swaps a pointer to them. A pointer that was refused or whose answer was lost is read
 * back: our metadata file, current or among those that the current one remembers, means that the change took place.
 */
export function createPointerCatalog<Pointer extends TablePointer>(
  options: PointerCatalogOptions<Pointer>,
): IcebergCatalog {
  const { pointers, store, clock } = options;
  /** The last state of each table: metadata files don't change, so that the pointer says whether it is still good. */
  const loaded = new Map<string, LoadedTable>();

  const remember = (table: LoadedTable): LoadedTable => {
    loaded.set(table.name, table);
    return table;
  };
  const fetchTable = async (name: string, { location }: TablePointer): Promise<LoadedTable> => {
    const last = loaded.get(name);
    if (last?.metadataLocation === location) return last;
    return remember({ name, metadata: await readMetadataFile(store, name, location), metadataLocation: location });
  };
  const load = async (name: string): Promise<LoadedTable | undefined> => {
    const pointer = await pointers.read(name);
    return pointer && fetchTable(name, pointer);
  };
  const stored = (name: string, { metadata, location }: StagedMetadata): LoadedTable =>
    remember({ name, metadata, metadataLocation: location });

  const create = async (name: string, updates: readonly TableUpdate[]): Promise<CreateOutcome> => {
    if ((await pointers.read(name)) !== undefined) return { kind: 'exists' };
    const staged = await stageNewTable(store, updates, clock.nowMs());
    const { result, error } = await attempt(() => pointers.create(name, staged));
    if (result === 'stored') return { kind: 'created', table: stored(name, staged) };
    const current = await load(name);
    if (current === undefined && error !== undefined) throw error;
    return current !== undefined && descendsFrom(current, staged.location)
      ? { kind: 'created', table: current }
      : { kind: 'exists' };
  };

  /** Makes the change unless others come first. */
  const tryCommit = async (current: LoadedTable, pointer: Pointer, updates: readonly TableUpdate[]) => {
    const { name } = current;
    const staged = await stageUpdates(store, current, { updates, nowMs: clock.nowMs() });
    const { result, error } = await attempt(() => pointers.replace(name, pointer, staged));
    if (result === 'stored') {
      await discardForgotten(store, current.metadata, staged.metadata);
      return stored(name, staged);
    }
    const next = await load(name);
    if (next !== undefined && descendsFrom(next, staged.location)) return next;
    // the pointer is where it was, or gone: what was sent may still arrive
    const isOpen = next === undefined || next.metadataLocation === current.metadataLocation;
    if (error !== undefined && isOpen) throw error;
    return undefined;
  };

  const commit = async (base: LoadedTable, change: TableChange): Promise<CommitOutcome> => {
    for (let attempts = 0; attempts < attemptsMax; attempts++) {
      const pointer = await pointers.read(base.name);
      if (pointer === undefined) break;
      const current = await fetchTable(base.name, pointer);
      if (!isStillGood(change, base, current)) break;
      if (unmetRequirement(current.metadata, change.requirements) !== undefined) break;
      const table = await tryCommit(current, pointer, updatesFor(change.updates, current.metadata));
      if (table !== undefined) return { kind: 'committed', table };
    }
    return { kind: 'conflict' };
  };

  return { load, create, commit };
}

/** Gives a retryable error back as a value: its outcome is settled by reading. */
async function attempt<T>(work: () => Promise<T>): Promise<{ readonly result?: T; readonly error?: unknown }> {
  try {
    return { result: await work() };
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return { error };
  }
}
