import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { describeFailure, failureFields } from '../../../src/app/observe/explain-failure.ts';
import { configuredVariables, mistypedVariables } from '../../../src/app/config/given-variables.ts';
import { createLogObserver } from '../../../src/app/observe/log-observer.ts';
import { memoryProblem } from '../../../src/app/observe/memory-check.ts';
import { readSettings } from '../../../src/app/config/settings.ts';
import { createStatusLog } from '../../../src/app/observe/status-log.ts';
import { watchService, type ServiceWatch } from '../../../src/app/observe/watch-service.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { TestClock } from '../../support/test-clock.ts';

function createTestLog() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

describe('a step that takes long', () => {
  it('is told with what it waits for; one that does not is not told', () => {
    const { log, lines } = createTestLog();
    const observer = createLogObserver(log);
    void observer.step?.('grow', 'before', 0);
    void observer.step?.('grow', 'after', 29_999);
    expect(lines).toEqual([]);
    void observer.step?.('grow', 'after', 42_000);
    expect(lines).toMatchObject([
      {
        level: 40,
        msg: 'a step took long',
        step: 'grow',
        tookMs: 42_000,
        waitsFor: expect.stringContaining('catalog'),
      },
    ]);
  });
});

describe('a failure that is told', () => {
  it('always says what to do, from its code when it says nothing itself', () => {
    const error = new PipelineError('STORE_DENIED', { message: 'no', retryable: false });
    expect(failureFields(error)).toMatchObject({ hint: expect.stringContaining('docs/operations.md') });
    expect(describeFailure(error)).toContain('\n  what to do: Check credentials');
    const own = new PipelineError('STORE_DENIED', { message: 'no', retryable: false, hint: 'ask Bob' });
    expect(failureFields(own)).toMatchObject({ hint: 'ask Bob' });
  });

  it('keeps its cause, once', () => {
    const cause = new Error('socket hang up');
    const options = { retryable: true, cause };
    const told = new PipelineError('STORE_UNAVAILABLE', { message: 's3: socket hang up', ...options });
    const untold = new PipelineError('STORE_UNAVAILABLE', { message: 's3 failed', ...options });
    expect(failureFields(told)).not.toHaveProperty('cause');
    expect(failureFields(untold)).toMatchObject({ cause: 'socket hang up' });
  });

  it('says where in the program a bug is', () => {
    const { stack } = failureFields(new TypeError('x is not a function'));
    expect(JSON.stringify(stack)).toContain('night.test.ts');
  });
});

describe('variables of the environment', () => {
  const environment = {
    PATH: '/bin',
    KAFKA_BROKERS: 'a:9094',
    LAKE: '',
    KAFKA_TLS_KEY: '-----BEGIN PRIVATE KEY-----\nMIIE',
    KAFKA_TLS_CERT: '-----BEGIN CERTIFICATE-----\nMIIE',
    KAFKA_TLS_KEYSTORE_PASSWORD: 'short',
  };

  it('that are set are told, without secrets', () => {
    expect(configuredVariables(environment)).toEqual({
      KAFKA_BROKERS: 'a:9094',
      KAFKA_TLS_CERT: '(not shown)',
      KAFKA_TLS_KEY: '(not shown)',
      KAFKA_TLS_KEYSTORE_PASSWORD: '(not shown)',
    });
  });

  it.each([
    ['KAFKA_TOPIK', 'KAFKA_TOPIC'],
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['BATCH_ROW_MAX', 'BATCH_ROWS_MAX'],
    ['LAKE_TABEL', 'LAKE_TABLE'],
    ['kafka_topic', 'KAFKA_TOPIC'],
    ['LAKR', 'LAKE'],
  ])('that are mistyped are found: %s for %s', (name, known) => {
    expect(mistypedVariables({ [name]: 'x' })).toEqual([{ name, known }]);
  });

  it('of others are left alone', () => {
    const others = [
      'PATH',
      'HOME',
      'AWS_PROFILE',
      'KAFKA_PORT',
      'KAFKA_SERVICE_HOST',
      'HTTP_PROXY',
      'LANG',
      'LAKES_ETC',
    ];
    expect(mistypedVariables(Object.fromEntries(others.map((name) => [name, 'x'])))).toEqual([]);
    expect(mistypedVariables(environment)).toEqual([]);
  });
});

describe('a batch whose records have no event time', () => {
  it('is named once, since EVENT_TIME_FIELD may be mistyped', () => {
    const { log, lines } = createTestLog();
    const observer = createLogObserver(log);
    const commit = (minEventTime?: string): void => {
      const outcome = { rows: 1, deadLetters: 0, tombstones: 0, objects: [], committedAt: '', minEventTime };
      const recipe = { placement: { eventTimeField: 'evenTime' } };
      observer.committed?.({ entry: { partition: 0, from: 0n, to: 1n, outcome, recipe } } as never);
    };
    commit('2026-11-23T09:15:00Z');
    commit();
    commit();
    const warnings = lines.filter(({ level }) => level === 40);
    expect(warnings).toMatchObject([
      { eventTimeField: 'evenTime', msg: expect.stringContaining('no record of the batch') },
    ]);
  });
});

describe('the memory', () => {
  const settings = (variables: Record<string, string> = {}) => readSettings(variables);
  const megabytes = (count: number): number => count * 1024 * 1024;

  it('of the documented container is enough for the default limits', () => {
    expect(memoryProblem(settings(), megabytes(512))).toBeUndefined();
  });

  it('is named when the limits may need more than the container has', () => {
    const large = settings({ BUFFER_BYTES_MAX: '500000000' });
    expect(memoryProblem(large, megabytes(512))).toMatchObject({ hint: expect.stringContaining('BUFFER_BYTES_MAX') });
    expect(memoryProblem(large, 0)).toBeUndefined();
    expect(memoryProblem(large, undefined)).toBeUndefined();
  });
});

describe('a service with nothing to do', () => {
  it('says every ten minutes that it lives, and what waits', () => {
    const { log, lines } = createTestLog();
    const clock = new TestClock();
    const status = createStatusLog(log, clock);
    clock.pass(599_000);
    status.lagged(new Map([[0, 0n]]));
    expect(lines).toEqual([]);
    clock.pass(1000);
    status.observer.committed?.({ entry: { outcome: { records: 7 } } } as never);
    status.lagged(
      new Map([
        [0, 2n],
        [1, 3n],
      ]),
    );
    status.lagged(new Map([[0, 9n]]));
    expect(lines).toMatchObject([{ msg: 'status', batches: 1, records: 7, waiting: '5', partitions: 2 }]);
    clock.pass(600_000);
    status.lagged(new Map());
    expect(lines[1]).toMatchObject({ batches: 0, records: 0, waiting: '0' });
  });

  it('shows no lag of partitions that others have by now', async () => {
    const { log } = createTestLog();
    await using watch = await watchService(readSettings({ HTTP_PORT: '0' }), { log });
    watch.lagged(new Map([[0, 5n]]));
    watch.lagged(new Map([[1, 2n]]));
    const lag = await watch.metrics?.lag.get();
    expect(lag?.values).toMatchObject([{ labels: { partition: '1' }, value: 2 }]);
  });
});

describe('a service whose brokers are gone', () => {
  it('is not ready after two minutes and says so, once, until they answer again', async () => {
    const { log, lines } = createTestLog();
    const clock = new TestClock();
    await using watch = await watchService(readSettings({ HTTP_PORT: '0' }), { log, clock });
    watch.observer.assigned?.(new Map());
    const { port } = lines[0] ?? {};
    const ready = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${String(port)}/readyz`)).json();
    watch.lagged(new Map());
    clock.pass(119_000);
    expect(await ready()).toEqual({ ok: true, problems: [] });
    clock.pass(1000);
    expect(await ready()).toEqual({ ok: false, problems: ['no broker has answered for 120 s'] });
    await ready();
    expect(lines.slice(2)).toMatchObject([{ level: 50, silentSeconds: 120 }]);
    watch.lagged(new Map());
    expect(await ready()).toEqual({ ok: true, problems: [] });
    expect(lines.slice(3)).toMatchObject([{ level: 30, msg: 'the brokers answer again' }]);
  });
});

describe('brokers that have not answered yet', () => {
  /** What `/readyz` says of the brokers 130 s after the service did something. */
  const silenceAfter = async (
    variables: Record<string, string>,
    act: (watch: ServiceWatch, clock: TestClock) => void,
  ): Promise<string | undefined> => {
    const { log, lines } = createTestLog();
    const clock = new TestClock();
    await using watch = await watchService(readSettings({ HTTP_PORT: '0', ...variables }), { log, clock });
    act(watch, clock);
    clock.pass(130_000);
    const answer = await fetch(`http://127.0.0.1:${String(lines[0]?.['port'])}/readyz`);
    return /no broker[^"]*/.exec(await answer.text())?.[0];
  };
  const silent = 'no broker has answered for 130 s';

  it('are silent from the moment on that they are asked, which is when the lake has answered', async () => {
    expect(await silenceAfter({}, () => {})).toBeUndefined();
    const asked = await silenceAfter({}, (watch, clock) => {
      clock.pass(60_000);
      watch.started('lake');
    });
    expect(asked).toBe(silent);
  });

  it('are not silent while they say that the topic is missing', async () => {
    const told = await silenceAfter({}, (watch, clock) => {
      watch.started('lake');
      clock.pass(100_000);
      watch.brokerAnswered();
    });
    expect(told).toBe(silent);
  });

  it('of several topics are silent once one of those is read: a member that has none asks nobody', async () => {
    const several = { KAFKA_TOPICS: 'a,b' };
    const begin = (watch: ServiceWatch): void => {
      watch.started('lake');
      watch.started('topic');
    };
    expect(await silenceAfter(several, begin)).toBeUndefined();
    const reading = await silenceAfter(several, (watch) => {
      begin(watch);
      watch.topics.of('a', () => {});
    });
    expect(reading).toBe(silent);
  });
});

describe('a member that reads several topics', () => {
  it('logs once that its partitions are revoked, for all of them', async () => {
    const { log, lines } = createTestLog();
    await using watch = await watchService(readSettings({ KAFKA_TOPICS: 'a,b' }), { log });
    const cause = new PipelineError('MEMBERSHIP_LOST', { message: 'the session has ended', retryable: true });
    for (const topic of ['a', 'b']) watch.topics.of(topic, () => {}).observer.revoked?.(cause);
    watch.topics.observer.revoked(cause);
    expect(lines).toMatchObject([
      { level: 30, msg: 'partitions revoked', code: 'MEMBERSHIP_LOST', reason: 'the session has ended' },
    ]);
  });
});

describe('a service that starts', () => {
  it('has started once lake and topic have answered, and stays so', async () => {
    const { log, lines } = createTestLog();
    await using watch = await watchService(readSettings({ HTTP_PORT: '0' }), { log });
    const { port } = lines[0] ?? {};
    const started = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${String(port)}/startupz`)).json();
    watch.started('lake');
    expect(await started()).toEqual({ ok: false, problems: ['the topic has not answered yet'] });
    watch.started('topic');
    expect(await started()).toEqual({ ok: true, problems: [] });
  });
});
