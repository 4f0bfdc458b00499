import { tablesOf } from '../../table/dead-letters/topic-tables.ts';
import { mergeFiles } from './merge-files.ts';
import { removeExpired } from './remove-expired.ts';
import { removeOrphans } from './remove-orphans.ts';
import { expireSnapshots, mergeTableManifests } from './trim-metadata.ts';
import type { Upkeep, UpkeepObserver } from '../upkeep.ts';
import type { UpkeepTools } from './upkeep-tools.ts';

/**
 * Keeps a topic's Iceberg table and its dead letters in shape. Each step is one change of the table that holds for itself: who dies, or is
 * told to stop, leaves a table that is whole, and the next call goes on. Others may do the same at the same time.
 */
export async function maintainIceberg(upkeep: Upkeep, observe: UpkeepObserver, tools: UpkeepTools): Promise<void> {
  const options = { upkeep, observe };
  const isStopped = (): boolean => upkeep.signal?.aborted === true;
  if (upkeep.expiredBefore !== undefined) await removeExpired(upkeep.expiredBefore, options, tools);
  for (const target of tablesOf(tools.table)) {
    for (const step of [
      () => mergeFiles(target, options, tools),
      () => mergeTableManifests(target.name, options, tools),
      () => expireSnapshots(target.name, options, tools),
      () => removeOrphans(target, options, tools),
    ]) {
      if (isStopped()) return;
      await step();
    }
  }
}
