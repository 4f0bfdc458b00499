import { isoTime } from '../../../src/producer/thermometer.ts';
import type { Draw } from '../draw.ts';
import type { RecordKind } from '../kind.ts';

const levels = 12;

/** Threads of comments, whose answers have answers. */
export const deep: RecordKind = {
  name: 'deep',
  about: 'trees of up to 12 levels: comments with arrays of answers, which are comments, some 16 of them a record',
  records: 110_000,
  columns: { threadId: 'string', eventTime: 'timestamp', root: 'json', depth: 'bigint' },
  eventTimeField: 'eventTime',
  textAt: (draw, index, startMs) => {
    const depth = 4 + draw.whole(levels - 3);
    return JSON.stringify({
      threadId: `t-${index}`,
      eventTime: isoTime(startMs + index * 20 + draw.whole(1000)),
      root: commentOf(draw, depth),
      depth,
    });
  },
};

function commentOf(draw: Draw, depth: number): Record<string, unknown> {
  return {
    author: `user${draw.whole(5000)}`,
    score: draw.whole(400) - 40,
    text: draw.pick(['agreed', 'see above', 'no', 'thanks for the "long" answer', 'why?']),
    ...(depth > 1 && { replies: repliesTo(draw, depth) }),
  };
}

/** One answer leads on to the depth, up to two others have no answers. */
function repliesTo(draw: Draw, depth: number): Record<string, unknown>[] {
  const others = Array.from({ length: draw.whole(3) }, () => commentOf(draw, 1));
  return [commentOf(draw, depth - 1), ...others];
}
