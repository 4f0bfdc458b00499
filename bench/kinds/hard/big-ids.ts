import { isoTime } from '../../../src/producer/thermometer.ts';
import { writeJson } from '../../../src/schema/json/exact-json.ts';
import type { Draw } from '../draw.ts';
import type { RecordKind } from '../kind.ts';
import { snowflake } from './snowflake.ts';

/** Messages of a chat, by ids that programs without doubles made. */
export const bigIds: RecordKind = {
  name: 'big-ids',
  about:
    'ids of 19 digits, which doubles can’t hold, on the top level, in a struct, in arrays and in structs of arrays, and a hash of 64 bits',
  records: 350_000,
  columns: {
    id: 'bigint',
    eventTime: 'timestamp',
    channel: 'bigint',
    author: { fields: { id: 'bigint', name: 'string' } },
    mentions: { elements: 'bigint' },
    replyTo: 'bigint',
    reactions: { elements: { fields: { by: 'bigint', emoji: 'string' } } },
    hash: 'json',
    length: 'bigint',
  },
  eventTimeField: 'eventTime',
  textAt: (draw, index, startMs) => {
    const atMs = startMs + index * 20 + draw.whole(1000);
    return writeJson({
      id: snowflake(draw, atMs),
      eventTime: isoTime(atMs),
      channel: 1_180_000_000_000_000_000n + BigInt(draw.whole(500)),
      author: { id: earlierId(draw, atMs), name: `user${draw.whole(20_000)}` },
      mentions: Array.from({ length: draw.whole(4) }, () => earlierId(draw, atMs)),
      replyTo: draw.isTrue(0.3) ? snowflake(draw, atMs - draw.whole(1e7)) : null,
      reactions: Array.from({ length: draw.whole(3) }, () => ({
        by: earlierId(draw, atMs),
        emoji: draw.pick(['👍', '🙏']),
      })),
      hash: BigInt(`0x${draw.hex(16)}`),
      length: draw.whole(2000),
    });
  },
};

function earlierId(draw: Draw, atMs: number): bigint {
  return snowflake(draw, atMs - draw.whole(2e11));
}
