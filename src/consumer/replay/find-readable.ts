import { hasCode } from '../../runtime/errors.ts';
import type { OffsetRange, TopicReader } from '../ports/topic.ts';

/** True when the record at the offset can be read, or nothing is there that could be damaged. */
export async function isReadable(
  reader: Pick<TopicReader, 'read'>,
  { partition, from }: Omit<OffsetRange, 'to'>,
): Promise<boolean> {
  try {
    for await (const chunk of reader.read({ partition, from, to: from + 1n })) chunk[Symbol.dispose]();
    return true;
  } catch (error) {
    if (hasCode(error, 'RECORDS_UNREADABLE')) return false;
    throw error;
  }
}

/**
 * Finds the end of a damage that begins at `from`: the first offset behind it that can be read, `to` when there is none. It looks by
 * ever longer steps and then by halves, so that a damage of a million offsets takes some 40 requests.
 */
export async function findReadable(
  reader: Pick<TopicReader, 'read'>,
  { partition, from, to }: OffsetRange,
): Promise<bigint> {
  let damaged = from;
  let step = 1n;
  while (damaged + step < to && !(await isReadable(reader, { partition, from: damaged + step }))) {
    damaged += step;
    step *= 2n;
  }
  let readable = damaged + step < to ? damaged + step : to;
  while (readable - damaged > 1n) {
    const middle = (damaged + readable) / 2n;
    if (await isReadable(reader, { partition, from: middle })) readable = middle;
    else damaged = middle;
  }
  return readable;
}
