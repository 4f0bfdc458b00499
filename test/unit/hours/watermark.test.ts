import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hourAt, hourEndMs, hourOf } from '../../../src/hours/hour-state.ts';
import { LedgerTally } from '../../../src/hours/ledger-tally.ts';
import { watermarkMs } from '../../../src/hours/watermark.ts';
import { entryOf, minuteMs } from '../../support/hour-lake.ts';

const start = Date.parse('2026-11-23T06:00:00Z');
const latenessMs = 5 * minuteMs;
const iso = (ms: number): string => new Date(ms).toISOString();

/** A record as it lies in a Kafka partition: sent in order, with an event time that a device's clock gave. */
interface SentRecord {
  readonly sentMs: number;
  readonly eventMs: number;
}

/** Minutes between two records, how late the event is sent, and how wrong the device's clock is. */
const recordsArb = fc.array(
  fc.record({
    afterMinutes: fc.integer({ min: 0, max: 20 }),
    delayMinutes: fc.integer({ min: 0, max: 5 }),
    clockMinutes: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: -1440, max: 1440 })),
  }),
  { minLength: 1, maxLength: 40 },
);

function recordsOf(given: typeof recordsArb extends fc.Arbitrary<infer Value> ? Value : never): SentRecord[] {
  let sentMs = start;
  return given.map(({ afterMinutes, delayMinutes, clockMinutes }) => {
    sentMs += afterMinutes * minuteMs;
    return { sentMs, eventMs: sentMs - (delayMinutes - clockMinutes) * minuteMs };
  });
}

describe('the watermark', () => {
  it('never passes an hour before every record that was sent within the lateness is read, whatever clocks say', () => {
    fc.assert(
      fc.property(
        fc.array(recordsArb, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 7 }),
        (logs, size) => {
          const tally = new LedgerTally();
          const partitions = logs.map(recordsOf);
          const ends = new Map(
            partitions.map(({ length }, partition) => [partition, { low: 0n, high: BigInt(length) }]),
          );
          const read = partitions.map(() => 0);
          // partitions take turns; each batch is claimed a minute after its last record was sent, or much later
          for (let turn = 0; read.some((at, partition) => at < (partitions[partition]?.length ?? 0)); turn++) {
            const partition = turn % partitions.length;
            const at = read[partition] ?? 0;
            const batch = partitions[partition]?.slice(at, at + size) ?? [];
            if (batch.length === 0) continue;
            read[partition] = at + batch.length;
            const lastMs = batch.at(-1)?.sentMs ?? 0;
            const entry = entryOf(
              {
                partition,
                rows: { [hourAt(lastMs)]: batch.length },
                at: iso(lastMs + minuteMs),
                sent: iso(lastMs),
                eventTime: iso(Math.max(...batch.map(({ eventMs }) => eventMs))),
              },
              BigInt(at),
            );
            expect(tally.add(entry)).toBe(true);
            const reached = watermarkMs({ reaches: tally.reaches, ends, observedMs: lastMs, idleMs: Infinity });
            const unread = partitions.flatMap((records, each) => records.slice(read[each]));
            // who asks for an hour within its lateness after it is past would find a record here that was sent before
            for (const { sentMs } of unread) expect(reached).toBeLessThanOrEqual(sentMs);
          }
        },
      ),
    );
  });

  it('reaches the end of what is read when clocks are right', () => {
    const tally = new LedgerTally();
    tally.add(entryOf({ rows: { '2026-11-23T09': 5 }, at: '2026-11-23T09:59:00.000Z' }, 0n));
    const ends = new Map([[0, { low: 0n, high: 5n }]]);
    const reached = watermarkMs({ reaches: tally.reaches, ends, observedMs: start, idleMs: Infinity });
    expect(iso(reached)).toBe('2026-11-23T09:59:00.000Z');
  });

  it('does not go back when a device sends what it has kept for hours', () => {
    const tally = new LedgerTally();
    tally.add(entryOf({ rows: { '2026-11-23T09': 5 }, at: '2026-11-23T09:59:00.000Z' }, 0n));
    const late = { at: '2026-11-23T10:10:00.000Z', eventTime: '2026-11-23T03:00:00.000Z' };
    tally.add(entryOf({ rows: { '2026-11-23T03': 5 }, ...late }, 5n));
    expect(iso(tally.reaches.get(0)?.reachedMs ?? 0)).toBe('2026-11-23T09:59:00.000Z');
  });

  it('is none while a Kafka partition with records was never read', () => {
    const tally = new LedgerTally();
    tally.add(entryOf({ rows: { '2026-11-23T09': 5 }, at: '2026-11-23T09:59:00.000Z' }, 0n));
    const ends = new Map([
      [0, { low: 0n, high: 5n }],
      [1, { low: 0n, high: 1n }],
    ]);
    const facts = { reaches: tally.reaches, ends, observedMs: start + 1e9, idleMs: 0 };
    expect(watermarkMs(facts)).toBe(-Infinity);
    expect(watermarkMs({ ...facts, ends: new Map([...ends, [1, { low: 7n, high: 7n }]]) })).toBe(start + 1e9);
  });
});

describe('a tally of the ledger', () => {
  it('adds up the same rows however entries of partitions take turns', () => {
    const batch = fc.record({
      partition: fc.integer({ min: 0, max: 2 }),
      hour: fc.integer({ min: 0, max: 5 }),
      rows: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 40 }), (batches) => {
        const positions = new Map<number, bigint>();
        const entries = batches.map(({ partition, hour, rows }) => {
          const from = positions.get(partition) ?? 0n;
          positions.set(partition, from + BigInt(rows));
          return entryOf({ partition, rows: { [`2026-11-23T0${hour}`]: rows }, at: iso(start) }, from);
        });
        const tally = new LedgerTally();
        for (const entry of entries.toSorted((a, b) => a.partition - b.partition)) tally.add(entry);
        for (let hour = 0; hour <= 5; hour++) {
          const expected = batches.filter((each) => each.hour === hour).reduce((sum, { rows }) => sum + rows, 0);
          expect(tally.hours.get(`2026-11-23T0${hour}`)?.rows ?? 0).toBe(expected);
        }
        for (const [partition, position] of positions) expect(tally.reaches.get(partition)?.position).toBe(position);
      }),
    );
  });

  it('counts nothing behind a claim that nobody has finished', () => {
    const tally = new LedgerTally();
    const { outcome: _outcome, ...claim } = entryOf({ rows: { '2026-11-23T09': 5 }, at: iso(start) }, 0n);
    expect(tally.add({ ...claim, state: 'claimed' })).toBe(false);
    expect(tally.add(entryOf({ rows: { '2026-11-23T09': 5 }, at: iso(start) }, 5n))).toBe(false);
    expect(tally.hours.size).toBe(0);
    tally.resume();
    expect(tally.add(entryOf({ rows: { '2026-11-23T09': 5 }, at: iso(start) }, 0n))).toBe(true);
  });
});

describe('the hour of a Hive partition', () => {
  it('is one of a table by hours only', () => {
    expect(hourOf(['2026-11-23', '09'])).toBe('2026-11-23T09');
    for (const other of [['2026-11-23'], [], ['2026', '11', '23', '09'], ['2026-11-23', '99'], ['x', 'y']])
      expect(hourOf(other)).toBeUndefined();
    expect(hourEndMs('2026-11-23T23') + latenessMs).toBe(Date.parse('2026-11-24T00:05:00Z'));
  });
});
