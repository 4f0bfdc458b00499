import type { ListFacts } from '../../iceberg/manifests/manifest-list.ts';
import { ancestorsOf, mainBranch, type Snapshot, type TableMetadata } from '../../iceberg/metadata/table-metadata.ts';
import { parsePositions, positionsOf, positionsProperty, type TablePositions } from './table-positions.ts';
import { smaller } from '../../runtime/bigints.ts';

/**
 * Gives where the table's positions can be at the lowest, now or after somebody has set it back to a snapshot that it keeps: what the ledger
 * has written beyond them may be taken in again. A snapshot of others holds what the one of ours before it does; where that is gone nothing
 * is known, and it counts as one that holds nothing.
 */
export function leastPositions(
  metadata: TableMetadata,
  facts: ReadonlyMap<bigint, ListFacts>,
  topic: string,
): TablePositions {
  const noted = (snapshot: Snapshot): string | undefined =>
    snapshot.summary?.[positionsProperty] ?? facts.get(snapshot['snapshot-id'])?.[positionsProperty];
  const texts = metadata.snapshots.map((snapshot) =>
    ancestorsOf(metadata, snapshot['snapshot-id'])
      .map(noted)
      .find((text) => text !== undefined),
  );
  const held = [...new Set(texts)].map((text) => parsePositions(text, topic));
  const least = [...positionsOf(metadata, topic)].map(([partition, position]): [number, bigint] => {
    const lower = held.map((positions) => positions.get(partition) ?? 0n).filter((each) => each < position);
    return [partition, lower.reduce((a, b) => smaller(a, b), position)];
  });
  return new Map(least);
}

/** Names the tags and the other branches, in words; `undefined` for a table without. */
export function namedReferences({ refs }: TableMetadata): string | undefined {
  const names = Object.entries(refs).flatMap(([name, { type }]) =>
    name === mainBranch ? [] : [`the ${type} ${name}`],
  );
  return names.length === 0 ? undefined : names.join(', ');
}
