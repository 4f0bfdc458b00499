import { mapConcurrently, readsAtOnce } from '../../../runtime/concurrency.ts';
import { leftoversOf } from '../../commit/write/leftovers.ts';
import { isCommitted, type CommittedEntry } from '../../ledger/entry/ledger-entry.ts';
import { offsetsIn } from '../../ledger/chain/ledger-index.ts';
import { revisionPrefix, type LedgerPath } from '../../ledger/keys/ledger-keys.ts';
import type { ObjectInfo, ObjectStore } from '../../ports/lake.ts';
import { areObjectsThere } from '../../table/objects/object-writer.ts';
import { adoptedByParameter } from '../../table/catalog/shared-table.ts';
import type { MergeTools } from './merge-tools.ts';
import { readEntry } from './read-entry.ts';
import type { Upkeep } from '../upkeep.ts';

export interface LeftoverOptions extends Pick<MergeTools, 'ledger' | 'store' | 'catalog' | 'observe'> {
  readonly table: string;
  readonly topic: string;
  readonly upkeep: Pick<Upkeep, 'isDryRun' | 'signal'>;
}

/**
 * Deletes objects of a Hive table that replays and redrives have replaced and could not delete, since they were killed: readers see their rows
 * twice. Each entry that was ever replaced is read. What has taken an object's place must be there, else that one may hold the only rows.
 */
export async function removeLeftovers(options: LeftoverOptions): Promise<void> {
  const { ledger, store, catalog, table, topic, upkeep, observe } = options;
  const found = await catalog.load(table);
  // the objects may be an Iceberg table's, too
  if (found === undefined || found.parameters[adoptedByParameter] !== undefined) return;
  const deleted = { files: 0, bytes: 0 };
  for (const partition of await ledger.partitions({ table, topic })) {
    const path = { table, topic, partition };
    const replaced = await offsetsIn(store, revisionPrefix(path), { from: 0n });
    await mapConcurrently(replaced, readsAtOnce, async (from) => {
      if (upkeep.signal?.aborted === true) return;
      for (const { size } of await removeOf({ ...path, from }, options)) {
        deleted.files++;
        deleted.bytes += size;
      }
    });
  }
  if (deleted.files > 0) observe({ kind: 'orphans-deleted', table, ...deleted });
}

/** Answers with what was deleted. */
async function removeOf(
  hivePartition: LedgerPath & { readonly from: bigint },
  options: LeftoverOptions,
): Promise<ObjectInfo[]> {
  const { store, table, upkeep, observe } = options;
  const entry = await readEntry(hivePartition, options);
  if (entry === undefined || entry === 'unreadable' || !isCommitted(entry)) return [];
  const left = await leftoversThere(entry, store);
  if (left.length === 0) return [];
  if (!(await areObjectsThere(entry.outcome.objects, options))) {
    const why = `what has replaced them in ${hivePartition.topic}/${hivePartition.partition}, offsets [${entry.from}, ${entry.to}), is not all there: \`glueless verify\` says more`;
    observe({ kind: 'left-alone', table, files: left.length, why });
    return [];
  }
  if (!upkeep.isDryRun) await store.delete(left.map(({ key }) => key));
  return left;
}

async function leftoversThere(entry: CommittedEntry, store: ObjectStore): Promise<ObjectInfo[]> {
  const found = await Promise.all(leftoversOf(entry).map((key) => store.head(key)));
  return found.filter((info) => info !== undefined);
}
