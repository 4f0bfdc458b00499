import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Readiness } from '../../../src/consumer/service/readiness.ts';
import { Metrics } from '../../../src/app/observe/metrics.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('metrics', () => {
  it('are documented, all of them and no others', async () => {
    const metrics = await new Metrics().registry.getMetricsAsJSON();
    const names = metrics.map(({ name }) => name);
    const documented = [...readFileSync('docs/observe.md', 'utf8').matchAll(/^\| `(glueless_\w+)`/gm)].map(
      ([, name]) => name,
    );
    expect(new Set(documented)).toEqual(new Set(names));
  });
});

describe('readiness', () => {
  const setup = () => {
    const clock = new TestClock();
    const readiness = new Readiness(clock, 60_000);
    return { readiness, clock, pass: (ms: number) => clock.pass(ms) };
  };
  const committed = {} as never;

  it('needs partitions', () => {
    const { readiness } = setup();
    expect(readiness.problems()).toEqual(['no partitions are assigned']);
    readiness.observer.assigned?.(new Map());
    expect(readiness.problems()).toEqual([]);
    const cause = new PipelineError('MEMBERSHIP_LOST', { message: 'a member has come', retryable: true });
    readiness.observer.revoked?.(cause);
    expect(readiness.problems()).toEqual(['no partitions are assigned: MEMBERSHIP_LOST, a member has come']);
  });

  it('is over when records wait and nothing is committed, and back with the next batch', () => {
    const { readiness, pass } = setup();
    readiness.observer.assigned?.(new Map());
    readiness.lagged(new Map([[0, 5n]]));
    pass(61_000);
    readiness.lagged(new Map([[0, 9n]]));
    expect(readiness.problems()).toEqual(['nothing was committed for 61 s though 9 records wait']);
    readiness.observer.committed?.(committed);
    expect(readiness.problems()).toEqual([]);
  });

  it('does not depend on what the wall clock is set to', () => {
    const { readiness, clock, pass } = setup();
    readiness.observer.assigned?.(new Map());
    readiness.lagged(new Map([[0, 5n]]));
    clock.setWallClock(3_600_000);
    expect(readiness.problems()).toEqual([]);
    clock.setWallClock(-7_200_000);
    pass(61_000);
    expect(readiness.problems()).toEqual(['nothing was committed for 61 s though 5 records wait']);
  });

  it('lasts while a quiet topic has nothing new', () => {
    const { readiness, pass } = setup();
    readiness.observer.assigned?.(new Map());
    readiness.lagged(new Map([[0, 0n]]));
    pass(3_600_000);
    expect(readiness.problems()).toEqual([]);
    readiness.lagged(new Map([[0, 1n]]));
    expect(readiness.problems()).toEqual([]);
  });

  it('is over while a step fails', () => {
    const { readiness } = setup();
    readiness.observer.assigned?.(new Map());
    const error = new PipelineError('STORE_UNAVAILABLE', { message: 'S3 does not answer', retryable: true });
    readiness.observer.retrying?.('put', error, 1, 100);
    expect(readiness.problems()).toEqual([
      'the step put fails and is tried again: STORE_UNAVAILABLE, S3 does not answer',
    ]);
    void readiness.observer.step?.('put', 'after', 1);
    expect(readiness.problems()).toEqual([]);
  });
});
