import { describe, expect, it } from 'vitest';
import { LagWatch } from '../../../src/consumer/service/lag.ts';
import type { TopicDescription } from '../../../src/consumer/ports/topic.ts';
import { TestClock } from '../../support/test-clock.ts';

const minute = 60_000;

function watchFor(quietMsMax = 10 * minute): { watch: LagWatch; clock: TestClock } {
  const clock = new TestClock();
  return { watch: new LagWatch({ topic: 'readings', clock, quietMsMax }), clock };
}

function topicEnding(high: bigint, topicId: string | undefined = 'a'): TopicDescription {
  return { topicId, partitions: new Map([[0, { low: 0n, high }]]) };
}

const at = (written: bigint, known = written) => ({
  topicId: 'a',
  partitions: new Map([[0, { written, known }]]),
});

describe('lag', () => {
  it('counts from what is written', () => {
    expect(watchFor().watch.lag(at(30n), topicEnding(100n))).toEqual(new Map([[0, 70n]]));
  });

  it('leaves out partitions that the topic does not show', () => {
    expect(watchFor().watch.lag(at(30n), { topicId: 'a', partitions: new Map() })).toEqual(new Map());
  });

  it('ends with TOPIC_RECREATED when another topic has the name, however long it is', () => {
    expect(() => watchFor().watch.lag(at(30n), topicEnding(100n, 'b'))).toThrow(
      expect.objectContaining({ code: 'TOPIC_RECREATED' }),
    );
  });

  it('ends with LOG_TRUNCATED when the topic ends below what is written, and says so twice', () => {
    const { watch } = watchFor();
    expect(watch.lag(at(30n), topicEnding(20n))).toEqual(new Map([[0, 0n]]));
    expect(() => watch.lag(at(30n), topicEnding(20n))).toThrow(expect.objectContaining({ code: 'LOG_TRUNCATED' }));
  });

  it('ends with LOG_TRUNCATED when a claim lies behind the end of the topic', () => {
    const { watch } = watchFor();
    expect(watch.lag(at(30n, 50n), topicEnding(40n))).toEqual(new Map([[0, 10n]]));
    expect(() => watch.lag(at(30n, 50n), topicEnding(40n))).toThrow(expect.objectContaining({ code: 'LOG_TRUNCATED' }));
  });

  it('forgives one answer from a broker that lost the lead', () => {
    const { watch } = watchFor();
    watch.lag(at(30n), topicEnding(20n));
    watch.lag(at(30n), topicEnding(30n));
    expect(watch.lag(at(30n), topicEnding(20n))).toEqual(new Map([[0, 0n]]));
  });
});

describe('a stall', () => {
  const lag = new Map([[0, 70n]]);
  const none = new Map([[0, 0n]]);

  it('is when nothing was written for long though records wait, whatever is read', () => {
    const { watch, clock } = watchFor();
    watch.checkStall(lag, 0);
    clock.pass(10 * minute);
    watch.checkStall(lag, 0);
    clock.pass(1);
    expect(() => watch.checkStall(lag, 0)).toThrow(expect.objectContaining({ code: 'STALLED' }));
  });

  it('is not when records have just begun to wait after a quiet day', () => {
    const { watch, clock } = watchFor();
    watch.checkStall(none, 0);
    clock.pass(1440 * minute);
    watch.checkStall(lag, 0);
    clock.pass(10 * minute);
    watch.checkStall(lag, 0);
    watch.checkStall(none, 0);
    clock.pass(10 * minute);
    expect(() => watch.checkStall(lag, 0)).not.toThrow();
  });

  it('is not as long as batches are written', () => {
    const { watch, clock } = watchFor();
    for (let written = 0; written < 100; written++) {
      clock.pass(9 * minute);
      expect(() => watch.checkStall(lag, clock.monotonicMs())).not.toThrow();
    }
  });

  it('comes neither early nor late when the wall clock is set', () => {
    const { watch, clock } = watchFor();
    watch.checkStall(lag, 0);
    clock.setWallClock(60 * minute);
    watch.checkStall(lag, 0);
    clock.setWallClock(-120 * minute);
    clock.pass(10 * minute + 1);
    expect(() => watch.checkStall(lag, 0)).toThrow(expect.objectContaining({ code: 'STALLED' }));
  });
});
