import type { ClaimedEntry } from '../../ledger/ledger-entry.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { objectSource, type ParquetReader } from '../../ports/parquet.ts';
import { coordinateColumns } from '../../table/file-offsets.ts';
import { ObjectWriter } from '../../table/object-writer.ts';
import { plannedObject } from '../../table/planned-keys.ts';
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
  for (const file of (await lookAtClaim(claim, lake)).whole)
    for await (const [, found = []] of lake.parquet.integerChunks(objectSource(lake.store, file), coordinateColumns))
      for (const offset of found) if (offset < end) offsets.add(offset);
  return BigInt(offsets.size);
}

async function lookAtClaim(claim: ClaimedEntry, lake: LakeFiles) {
  const writer = new ObjectWriter(lake);
  const damaged: string[] = [];
  const whole: { readonly key: string; readonly size: number }[] = [];
  for (const planned of claim.plan) {
    const named = plannedObject(claim, planned, claim.recipe);
    const look = await writer.find({ ...named, rows: 1 });
    if (look.kind === 'spoiled') damaged.push(look.key);
    if (look.kind === 'kept' && named.expected.hasCoordinates)
      whole.push({ key: look.object.key, size: look.object.bytes });
  }
  return { damaged, whole };
}
