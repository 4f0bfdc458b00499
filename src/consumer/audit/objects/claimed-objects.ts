import { rememberSuccess } from '../../../runtime/memo.ts';
import type { ClaimedEntry } from '../../ledger/entry/ledger-entry.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { objectSource, type ParquetReader } from '../../ports/parquet.ts';
import { coordinateColumns } from '../../table/objects/file-offsets.ts';
import { findMergedAway } from '../../table/objects/merged-away.ts';
import { lookAtPlanned } from '../../table/objects/look-at-planned.ts';
import type { PutOutcome } from '../../table/objects/object-writer.ts';
import { expectedOf } from '../../table/objects/planned-keys.ts';
import { TableObjects } from '../../table/objects/table-objects.ts';
import { rangeText, replayOf, type Finding } from '../findings/finding.ts';

const ifItIsTheCopy =
  'look at both: the rows of one are not of the Hive partition that it lies in, and the other may be the only copy of its rows. What to do with that one: ';

interface LakeFiles {
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
}

/** What unfinished claims of one Kafka partition have put into the lake; the objects of each are looked at once. */
export class ClaimedObjects {
  readonly #lake: LakeFiles;
  readonly #lookAt: (claim: ClaimedEntry) => Promise<readonly PutOutcome[]>;

  constructor(lake: LakeFiles) {
    this.#lake = lake;
    this.#lookAt = rememberSuccess(
      (claim) => lookAtPlanned(claim, new TableObjects({ ...lake, table: claim.table })),
      ({ from }) => from,
    );
  }

  /** Finds objects of the claim that are damaged or other files. `low`: the first offset that Kafka holds, where that is known. */
  async audit(claim: ClaimedEntry, low: bigint | undefined): Promise<Finding[]> {
    const damaged = (await this.#lookAt(claim)).filter((look) => look.kind === 'spoiled');
    const action =
      low !== undefined && low <= claim.from
        ? `${replayOf(claim)}: Kafka still holds the range, and it is written again`
        : `move it out of the table, or restore it from an older version of the object; then start the consumer, or ${replayOf(claim)} --allow-loss: the claim’s other objects are kept`;
    const own = `is an object of the claim ${rangeText(claim)}, and`;
    return damaged.map(({ key: where, orElse }) => ({
      problem: 'object-unreadable',
      partition: claim.partition,
      where,
      what: orElse === undefined ? `${own} damaged or another file` : `${own} has the same bytes as ${orElse}`,
      action: orElse === undefined ? action : `${ifItIsTheCopy}${action}`,
    }));
  }

  /** Counts the offsets before `end` whose rows are in whole objects of the claim; 0 where the table has no Kafka columns. */
  async countOffsets(claim: ClaimedEntry, end: bigint): Promise<bigint> {
    const { store, parquet } = this.#lake;
    const offsets = new Set<bigint>();
    for (const look of await this.#lookAt(claim)) {
      if (look.kind !== 'kept') continue;
      const { key, kind, bytes } = look.object;
      if (!expectedOf(kind, claim.recipe, undefined).hasCoordinates) continue;
      const merged = bytes === 0 ? await findMergedAway(key, { store, table: claim.table }) : undefined;
      const source = objectSource(store, merged?.holder ?? { key, size: bytes });
      for await (const [partitions = [], found = []] of parquet.integerChunks(source, coordinateColumns))
        for (const [row, offset] of found.entries())
          if (Number(partitions[row]) === claim.partition && offset >= claim.from && offset < end) offsets.add(offset);
    }
    return BigInt(offsets.size);
  }
}
