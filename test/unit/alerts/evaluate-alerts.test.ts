import { describe, expect, it } from 'vitest';
import { AlertStore, listAlerts } from '../../../src/alerts/alert-store.ts';
import type { AlertRule, Sample } from '../../../src/alerts/alert-rule.ts';
import { deliverAlerts } from '../../../src/alerts/deliver-alerts.ts';
import { evaluateAlerts, isUnevaluated } from '../../../src/alerts/evaluate-alerts.ts';
import { meansSql, queryMeans } from '../../../src/alerts/query-means.ts';
import type { ObjectStore } from '../../../src/consumer/ports/lake.ts';
import { msPerDay } from '../../../src/runtime/duration.ts';
import type { Message } from '../../../src/outbox/sender.ts';
import { mortalStore } from '../../support/mortal-store.ts';
import { HourLake, minuteMs, hour, time } from '../../support/hour-lake.ts';
import { testTable } from '../../support/lake.ts';

const rule: AlertRule = { column: 't', group: 'p', low: 36.1, high: 37.2, samplesMin: 5, hysteresis: 0.1 };

/** Hours of a lake whose means are set by hand, and a receiver of what is told about them. */
class Ward {
  readonly lake = new HourLake(1);
  readonly means = new Map<string, Readonly<Record<string, number>>>();
  readonly received: Message[] = [];
  readonly queried: string[][] = [];
  readonly leftOut: string[] = [];
  /** Which hours are of days that have expired. */
  isExpired: (name: string) => boolean = () => false;
  onQuery: () => void = () => {};
  #processes = 0;

  /** A process that settles, evaluates and tells, once each time it is called. */
  process(store: ObjectStore = this.lake.store, watched = rule): () => Promise<void> {
    const writer = `process ${++this.#processes}`;
    const keeper = this.lake.keeper(store, {
      writer,
      isAwaited: (document) => isUnevaluated(document, watched),
      pastDaysMax: 400,
    });
    const alerts = new AlertStore(store, testTable);
    const nowMs = (): number => Date.parse(this.lake.now);
    return async () => {
      const settled = await keeper.settle();
      await evaluateAlerts(settled, {
        alerts,
        hours: keeper.hours,
        rule: watched,
        queryMeans: async (hours) => this.#query(hours),
        expiredHours: async () => (name) => this.isExpired(name),
        nowMs: nowMs(),
        isProvisionalDue: true,
        writer,
        observer: { leftOut: (samples) => this.leftOut.push(...samples.map(({ group }) => group)) },
      });
      const sender = { send: async (message: Message) => void this.received.push(message) };
      const senders = new Map([['sns', sender] as const]);
      await deliverAlerts({ alerts, table: testTable, pastDaysMax: 400, senders, holder: writer, nowMs, observer: {} });
    };
  }

  told(): string[] {
    return this.received.map(
      ({ type, body }) => `${type} ${String(body['group'])} ${String(body['lastHour']).slice(11)}`,
    );
  }

  async states(): Promise<string[]> {
    const alerts = await listAlerts(new AlertStore(this.lake.store, testTable));
    return alerts.map(({ hour: at, group, state }) => `${at.slice(11)} ${group} ${state}`);
  }

  #query(hours: ReadonlyMap<string, boolean>): Sample[] {
    this.onQuery();
    this.queried.push([...hours.keys()].map((each) => each.slice(11)));
    return [...hours].flatMap(([name, isFinal]) =>
      Object.entries(this.means.get(name) ?? {}).map(([group, mean]) => ({
        group,
        hour: name,
        mean,
        samples: 60,
        isFinal,
      })),
    );
  }
}

/** Two hours: one that is complete, with a fever, and the next one, that fills. */
async function feverish(): Promise<Ward> {
  const ward = new Ward();
  await ward.lake.write({ rows: { [hour('09')]: 20 }, at: time('09:59') });
  await ward.lake.write({ rows: { [hour('10')]: 5 }, at: time('10:06') });
  ward.means.set(hour('09'), { anna: 38.1, ben: 36.8 });
  ward.means.set(hour('10'), { anna: 38.2, ben: 36.8, cleo: 35.5 });
  return ward;
}

/** Late rows of the first hour, and then rows of the next one, which tell that it is complete. */
async function late(
  ward: Ward,
  { mean, at: [first, then] }: { readonly mean: number; readonly at: readonly [string, string] },
): Promise<void> {
  ward.means.set(hour('09'), { anna: mean });
  await ward.lake.write({ rows: { [hour('09')]: 3 }, at: time(first) });
  await ward.process()();
  await ward.lake.write({ rows: { [hour('10')]: 1 }, at: time(then) });
}

describe('alerts of hours', () => {
  it('are raised by complete hours, told once, and resolved by a later hour', async () => {
    const ward = await feverish();
    const look = ward.process();
    await look();
    await look();
    expect(await ward.states()).toEqual(['09 anna raised', '10 cleo provisional']);
    expect(ward.told()).toEqual(['alert.raised anna 09']);
    ward.means.set(hour('10'), { anna: 36.9, ben: 36.8, cleo: 36.7 });
    await ward.lake.write({ rows: { [hour('11')]: 5 }, at: time('11:06') });
    await look();
    await look();
    expect(await ward.states()).toEqual(['09 anna resolved', '10 cleo resolved']);
    expect(ward.told()).toEqual(['alert.raised anna 09', 'alert.resolved anna 09']);
    expect(ward.received[0]).toMatchObject({
      subject: `${testTable}: raised: t by p anna high, mean 38.10 of 60 in ${hour('09')}`,
      body: { table: testTable, state: 'raised', group: 'anna', hour: hour('09') },
    });
  });

  it('look again at an hour that late rows have changed, and at no other complete one', async () => {
    const ward = await feverish();
    const look = ward.process();
    await look();
    ward.means.set(hour('09'), { anna: 37, ben: 38.4 });
    ward.means.set(hour('10'), {});
    await ward.lake.write({ rows: { [hour('09')]: 3 }, at: time('10:20') });
    await look();
    await ward.lake.write({ rows: { [hour('10')]: 1 }, at: time('10:26') });
    await look();
    expect(ward.queried).toEqual([
      ['10', '09'],
      ['09', '10'],
      ['10', '09'],
    ]);
    // the fever was a mistake of the rows that were there first, and another patient has one
    expect(ward.told().toSorted()).toEqual(['alert.raised anna 09', 'alert.raised ben 09', 'alert.resolved anna 09']);
  });

  it('stay as they are when late rows are all that is left of an hour whose day has expired', async () => {
    const ward = await feverish();
    const look = ward.process();
    await look();
    const told = ward.told();
    // the day expires while its means are queried
    ward.means.set(hour('09'), { ben: 39 });
    ward.onQuery = () => (ward.isExpired = (name) => name <= hour('09'));
    await ward.lake.write({ rows: { [hour('09')]: 3 }, at: time('10:20') });
    await look();
    expect(ward.queried.at(-1)).toContain('09');
    await look();
    await look();
    expect(ward.queried.at(-1)).toEqual(['10']);
    expect(ward.told()).toEqual(told);
    expect(await ward.states()).toEqual(['09 anna raised', '10 cleo provisional']);
  });

  it('are raised by each rule, when processes watch different columns', async () => {
    const ward = await feverish();
    const looks = [ward.process(), ward.process(ward.lake.store, { ...rule, column: 'pulse', high: 37.9 })];
    for (const look of [...looks, ...looks]) await look();
    const alerts = await listAlerts(new AlertStore(ward.lake.store, testTable));
    const raised = alerts.filter(({ state }) => state === 'raised');
    expect(raised.map(({ rule: name, group }) => `${name}: ${group}`).toSorted()).toEqual([
      'pulse by p: anna',
      't by p: anna',
    ]);
    expect(ward.told()).toEqual(['alert.raised anna 09', 'alert.raised anna 09']);
    // each rule asks for the complete hour once
    expect(ward.queried.filter((hours) => hours.includes('09'))).toHaveLength(2);
  });

  it('leave out a mean that is no finite number, and go on with all others', async () => {
    const ward = await feverish();
    ward.means.set(hour('09'), { anna: 38.1, broken: Infinity, odd: Number.NaN });
    ward.means.set(hour('10'), { anna: 38.2, broken: -Infinity });
    const look = ward.process();
    await look();
    await look();
    expect(await ward.states()).toEqual(['09 anna raised']);
    expect(ward.told()).toEqual(['alert.raised anna 09']);
    expect(new Set(ward.leftOut)).toEqual(new Set(['broken', 'odd']));
    // the complete hour is evaluated once
    expect(ward.queried.at(-1)).toEqual(['10']);
  });

  it('are one for an episode of months ago too, that goes on, is resolved and is told', async () => {
    const ward = new Ward();
    const look = ward.process();
    const load = async (name: string, means: Readonly<Record<string, number>>): Promise<void> => {
      ward.means.set(name, means);
      await ward.lake.write({ rows: { [name]: 6 }, at: time('09:00'), eventTime: `${name}:59:00.000Z` });
      await look();
    };
    await load('2026-09-20T01', { anna: 39 });
    await load('2026-09-20T02', { anna: 39.5 });
    ward.means.set('2026-09-20T01', { anna: 38.75 });
    await ward.lake.write({ rows: { '2026-09-20T01': 4 }, at: time('09:20') });
    await load('2026-09-20T03', { anna: 36.6 });
    await ward.lake.write({ rows: { '2026-09-20T04': 1 }, at: time('09:30') });
    for (let count = 0; count < 3; count++) await look();
    expect(await ward.states()).toEqual(['01 anna resolved']);
    expect(ward.told()).toEqual(['alert.raised anna 01', 'alert.resolved anna 02']);
    const queries = ward.queried.length;
    await look();
    expect(ward.queried.slice(queries)).toEqual([]);
  });

  it('are one for an episode of a hundred days, however long ago it began', async () => {
    const ward = new Ward();
    const days = Array.from({ length: 12 }, (_, index) =>
      new Date(Date.parse(time('09:00')) + index * 10 * msPerDay).toISOString().slice(0, 13),
    );
    for (const [index, name] of days.entries()) {
      ward.means.set(name, { anna: index < 10 ? 39 : 36.6 });
      await ward.lake.write({ rows: { [name]: 6 }, at: `${name}:59:00.000Z` });
      await ward.process()();
    }
    expect(await ward.states()).toEqual(['09 anna resolved']);
    expect(ward.told()).toEqual(['alert.raised anna 09', 'alert.resolved anna 09']);
    const notes = async (): Promise<string[]> =>
      Array.fromAsync(ward.lake.store.list(`_alerts/${testTable}/open/`), ({ key }) => key);
    expect(await notes()).toHaveLength(1);
    const later = new Date(Date.parse(`${days.at(-1)}:59:00.000Z`) + 50 * msPerDay).toISOString();
    const name = later.slice(0, 13);
    ward.means.set(name, { anna: 36.6 });
    await ward.lake.write({ rows: { [name]: 6 }, at: later });
    await ward.process()();
    expect(await notes()).toEqual([]);
  });

  it('of an hour that a replay has emptied are resolved once it is complete again', async () => {
    const ward = await feverish();
    await ward.process()();
    expect(await ward.states()).toEqual(['09 anna raised', '10 cleo provisional']);
    await ward.lake.replay(0n, { [hour('10')]: 20 });
    ward.means.delete(hour('09'));
    const look = ward.process();
    await look();
    await look();
    expect(await ward.states()).toEqual(['09 anna resolved', '10 cleo provisional']);
    expect(ward.told()).toEqual(['alert.raised anna 09', 'alert.resolved anna 09']);
  });

  it('come out the same wherever a process dies, and each is told twice at most with the same key', async () => {
    const timesTold = new Set<number>();
    for (const when of ['before', 'after'] as const)
      for (let diesAt = 1; diesAt <= 16; diesAt++) {
        const ward = await feverish();
        await ward
          .process(mortalStore(ward.lake.store, diesAt, when))()
          .catch(() => {});
        const heir = ward.process();
        await heir();
        ward.lake.now = new Date(Date.parse(ward.lake.now) + 3 * minuteMs).toISOString();
        await heir();
        await heir();
        expect(await ward.states()).toEqual(['09 anna raised', '10 cleo provisional']);
        const keys = ward.received.map(({ key }) => key);
        expect(new Set(keys).size).toBe(1);
        timesTold.add(keys.length);
      }
    // twice where it died between sending and noting
    expect(timesTold).toEqual(new Set([1, 2]));
  });

  it('are told to be resolved though who resolved them died, and late rows have raised them again', async () => {
    const told = new Set<string>();
    for (let diesAt = 1; diesAt <= 8; diesAt++) {
      const ward = await feverish();
      ward.means.set(hour('10'), {});
      await ward.process()();
      await late(ward, { mean: 37, at: ['10:20', '10:26'] });
      const dying = ward.process(mortalStore(ward.lake.store, diesAt, 'before'));
      for (let look = 0; look < 2; look++) await dying().catch(() => {});
      const wasResolved = (await ward.states()).includes('09 anna resolved');
      await late(ward, { mean: 38, at: ['10:30', '10:40'] });
      const heir = ward.process();
      for (let look = 0; look < 4; look++) await heir();
      const keys = [...new Set(ward.received.map(({ key }) => key.split('/').slice(-2).join(' ')))];
      const moments = keys.map((key) => key.split(' ')[0]).join(', ');
      expect(moments).toBe(wasResolved ? 'raised, resolved, raised' : 'raised');
      const resolved = ward.received.filter(({ type }) => type === 'alert.resolved');
      expect(resolved.every(({ key, body }) => key.endsWith(`/${String(body['resolvedAt'])}`))).toBe(true);
      told.add(moments);
    }
    expect(told.size).toBe(2);
  });

  it('are told once by many processes at the same time', async () => {
    const ward = await feverish();
    const looks = [1, 2, 3, 4].map(() => ward.process());
    for (let round = 0; round < 3; round++) await Promise.all(looks.map((look) => look()));
    expect(await ward.states()).toEqual(['09 anna raised', '10 cleo provisional']);
    expect(ward.told()).toEqual(['alert.raised anna 09']);
  });
});

describe('the query of means', () => {
  it.each([Infinity, -Infinity, Number.NaN, 'Infinity', 'NaN', '38.5'])('answers with the mean %s', async (mean) => {
    const rows = [{ grp: 'anna', hour: hour('09'), mean, samples: '6' }];
    const engine = { name: 'test', query: async () => rows, close: async () => {} };
    const table = {
      name: 'readings',
      columns: [
        { name: 't', type: { kind: 'double' as const } },
        { name: 'p', type: { kind: 'string' as const } },
      ],
    };
    const hours = new Map([[hour('09'), true]]);
    const expected = { group: 'anna', hour: hour('09'), mean: Number(mean), samples: 6, isFinal: true };
    expect(await queryMeans(engine, table, { rule, hours })).toEqual([expected]);
  });

  it('reads the Hive partitions of the hours only, and quotes names', () => {
    const sql = meansSql('read"ings', { ...rule, column: 'a"b' }, ['2026-11-23T09', '2026-11-23T10', '2026-11-24T00']);
    expect(sql).toContain('FROM "read""ings"');
    expect(sql).toContain('avg(CAST("a""b" AS double))');
    expect(sql).toContain(
      "((event_date = '2026-11-23' AND event_hour IN ('09', '10')) OR (event_date = '2026-11-24' AND event_hour IN ('00')))",
    );
  });
});
