import { PipelineError } from '../../runtime/errors.ts';
import type { CommitTools } from '../commit/commit-tools.ts';
import { recordGap } from '../commit/record-gap.ts';
import { findPosition } from '../ledger/chain-position.ts';
import type { OffsetRange, TopicReader, Watermarks } from '../ports/topic.ts';

export interface SkipRequest {
  readonly partition: number;
  readonly from: bigint;
  /** Left out: the first offset behind `from` that can be read again. */
  readonly to?: bigint | undefined;
  /** Kept in the ledger. */
  readonly why: string;
  /** Skips records that can be read, too. */
  readonly isForced: boolean;
  /** Writes nothing. */
  readonly dryRun: boolean;
}

export interface SkipTools {
  readonly reader: TopicReader;
  readonly tools: CommitTools;
}

/**
 * Books a range that can't be read as a gap in the ledger, so that the partition goes on behind it. It must begin where the
 * ledger ends, since the chain of entries has no hole. Answers with the range. Rejects with USAGE_INVALID, LEDGER_CONTENDED.
 */
export async function skipRange(request: SkipRequest, { reader, tools }: SkipTools): Promise<OffsetRange> {
  const { partition, from, why } = request;
  const { partitions, topicId } = await reader.describe();
  const marks = partitions.get(partition);
  if (marks === undefined) throw refused(`the topic has no partition ${partition}`);
  if (from < marks.low || from >= marks.high)
    throw refused(`partition ${partition} holds offsets from ${marks.low} to ${marks.high - 1n}, not ${from}`);
  await checkBegin(request, { ...marks, topicId }, { reader, tools });
  const to = request.to ?? (await findReadable(reader, { partition, from, to: marks.high }));
  if (to <= from || to > marks.high) throw refused(`--to must lie behind ${from}, at ${marks.high} at most`);
  if (!request.isForced && (await isReadable(reader, partition, from)))
    throw refused(
      `the record at offset ${from} of partition ${partition} can be read`,
      '--force skips it all the same',
    );
  const range = { partition, from, to };
  if (request.dryRun) return range;
  const result = await recordGap({ ...range, why, ...(topicId !== undefined && { topicId }) }, tools);
  if (result.kind === 'ours') return range;
  throw new PipelineError('LEDGER_CONTENDED', {
    message: `another process wrote from offset ${from} of partition ${partition} meanwhile`,
    retryable: false,
    hint: 'run `glueless verify` to see where the ledger ends, then decide again',
  });
}

async function checkBegin(
  { partition, from }: SkipRequest,
  marks: Watermarks & { readonly topicId: string | undefined },
  { reader, tools }: SkipTools,
): Promise<void> {
  const { table, topic, ledger } = tools;
  const position = await findPosition({ table, topic, partition }, { partition, ...marks }, { ledger, reader });
  const { next } = position;
  if (from < next) throw refused(`the ledger has offset ${from} of partition ${partition}: it ends at ${next}`);
  if (from > next)
    throw refused(
      `the ledger of partition ${partition} ends at ${next}, and what lies before ${from} is not written yet`,
      'let `glueless consume` write it first, or begin at that offset',
    );
  if (position.claim !== undefined)
    throw refused(
      `offset ${from} of partition ${partition} is claimed by a batch that is not written yet`,
      'stop whoever writes it, and run `glueless replay` on the range',
    );
}

/** The first offset behind `from` that can be read, found by ever longer steps and then by halves; `to` when there is none. */
async function findReadable(reader: TopicReader, { partition, from, to }: OffsetRange): Promise<bigint> {
  let damaged = from;
  let step = 1n;
  while (damaged + step < to && !(await isReadable(reader, partition, damaged + step))) {
    damaged += step;
    step *= 2n;
  }
  let readable = damaged + step < to ? damaged + step : to;
  while (readable - damaged > 1n) {
    const middle = (damaged + readable) / 2n;
    if (await isReadable(reader, partition, middle)) readable = middle;
    else damaged = middle;
  }
  return readable;
}

async function isReadable(reader: TopicReader, partition: number, offset: bigint): Promise<boolean> {
  try {
    for await (const chunk of reader.read({ partition, from: offset, to: offset + 1n })) chunk[Symbol.dispose]();
    return true;
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'RECORDS_UNREADABLE') return false;
    throw error;
  }
}

function refused(message: string, hint?: string): PipelineError {
  return new PipelineError('USAGE_INVALID', { message, retryable: false, ...(hint !== undefined && { hint }) });
}
