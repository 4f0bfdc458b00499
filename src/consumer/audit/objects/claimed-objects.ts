import type { ClaimedEntry } from '../../ledger/ledger-entry.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { objectSource, type ParquetReader } from '../../ports/parquet.ts';
import { coordinateColumns } from '../../table/objects/file-offsets.ts';
import { lookAtPlanned } from '../../table/objects/look-at-planned.ts';
import { expectedOf } from '../../table/objects/planned-keys.ts';
import { TableObjects } from '../../table/objects/table-objects.ts';
import { rangeText, replayOf, type Finding } from '../finding.ts';

interface LakeFiles {
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
}

/** Finds objects of an unfinished claim that are damaged or other files. `low`: the first offset that Kafka holds, where that is known. */
export async function auditClaimed(claim: ClaimedEntry, low: bigint | undefined, lake: LakeFiles): Promise<Finding[]> {
  const { damaged } = await lookAtClaim(claim, lake);
  const action =
    low !== undefined && low <= claim.from
      ? `${replayOf(claim)}: Kafka still holds the range, and it is written again`
      : `move it out of the table, or restore it from an older version of the object; then start the consumer, or ${replayOf(claim)} --allow-loss: the claim’s other objects are kept`;
  const what = `is an object of the claim ${rangeText(claim)}, and damaged or another file`;
  return damaged.map((where) => ({ problem: 'object-unreadable', partition: claim.partition, where, what, action }));
}

/** Counts the offsets before `end` whose rows are in whole objects of a claim; 0 where the table has no Kafka columns. */
export async function countClaimedOffsets(claim: ClaimedEntry, end: bigint, lake: LakeFiles): Promise<bigint> {
  const offsets = new Set<bigint>();
  for (const { key, kind, bytes } of (await lookAtClaim(claim, lake)).kept) {
    if (!expectedOf(kind, claim.recipe, undefined).hasCoordinates) continue;
    const source = objectSource(lake.store, { key, size: bytes });
    for await (const [, found = []] of lake.parquet.integerChunks(source, coordinateColumns))
      for (const offset of found) if (offset < end) offsets.add(offset);
  }
  return BigInt(offsets.size);
}

async function lookAtClaim(claim: ClaimedEntry, { store, parquet }: LakeFiles) {
  const looks = await lookAtPlanned(claim, new TableObjects({ store, parquet, table: claim.table }));
  return {
    damaged: looks.flatMap((look) => (look.kind === 'spoiled' ? [look.key] : [])),
    kept: looks.flatMap((look) => (look.kind === 'kept' ? [look.object] : [])),
  };
}
