import { findPosition } from '../consumer/ledger/topic/chain-position.ts';
import type { Ledger } from '../consumer/ledger/ledger.ts';
import { sourceOfStart } from '../consumer/ledger/notes/topic-start.ts';
import type { TopicReader } from '../consumer/ports/topic.ts';
import { beginPartition, chooseTopicStart, positionFromNoted, type Start } from '../consumer/service/choose-start.ts';
import type { Clock } from '../runtime/clock.ts';
import { mapConcurrently } from '../runtime/concurrency.ts';

interface PositionTools {
  readonly ledger: Ledger;
  readonly reader: TopicReader;
  readonly clock: Clock;
}

const lookupsMax = 8;

/** Says how much waits to be written, and where START would begin what the ledger does not know; decides nothing. */
export async function describePositions(
  path: { readonly table: string; readonly topic: string },
  start: Start,
  { ledger, reader, clock }: PositionTools,
): Promise<string> {
  const { partitions, topicId } = await reader.describe();
  const decided =
    (await ledger.decidedStart(path)) ?? (await chooseTopicStart({ ...path, ledger, clock }, reader, start));
  const found = await mapConcurrently([...partitions], lookupsMax, async ([partition, marks]) => {
    const assigned = { partition, topicId, ...marks };
    const position = await findPosition({ ...path, partition }, assigned, { ledger, reader });
    const isNew = position.isFirst === true;
    const begun = isNew ? beginPartition(assigned, decided, clock.nowMs()).position : position;
    const noted = isNew ? await ledger.start({ ...path, partition }) : undefined;
    const { next } = noted === undefined ? begun : positionFromNoted(begun, noted, assigned);
    return { waiting: marks.high - next, skipped: isNew ? next - marks.low : 0n, isNew };
  });
  const waiting = sumOf(found.map((each) => each.waiting));
  const skipped = sumOf(found.map((each) => each.skipped));
  const news = found.filter(({ isNew }) => isNew).length;
  const begin = describeBegin(decided?.chosen, skipped);
  return `${partitions.size} partitions, ${waiting} records wait to be written${news === 0 ? '' : `; ${news} new ones ${begin}`}`;
}

function describeBegin(chosen: string | undefined, skipped: bigint): string {
  const source = sourceOfStart(chosen);
  if (source !== undefined) return `go on where ${source} ended, whose files were adopted`;
  if (chosen === undefined) return 'begin with the first record';
  return `begin by START=${chosen}: ${skipped} records before are not promised`;
}

function sumOf(counts: readonly bigint[]): bigint {
  return counts.reduce((sum, count) => sum + (count > 0n ? count : 0n), 0n);
}
