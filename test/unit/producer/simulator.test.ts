import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultKinds, spoil } from '../../../src/producer/faults.ts';
import type { Message } from '../../../src/producer/publisher.ts';
import { simulate, type SimulatorOptions } from '../../../src/producer/simulator.ts';
import { isoTime, readingAt } from '../../../src/producer/thermometer.ts';
import { TestClock } from '../../support/test-clock.ts';
import { runs } from '../../support/fuzzing.ts';

const ward = { seed: 1, patients: 20 };
const startMs = Date.parse('2026-11-23T00:00:00Z');

function setup(changed: Partial<SimulatorOptions> = {}) {
  const sent: Message[] = [];
  const clock = new TestClock();
  const stop = new AbortController();
  const options: SimulatorOptions = {
    publisher: {
      send: async (messages) => {
        sent.push(...messages);
        clock.pass(5);
        return messages.length;
      },
      close: async () => {},
    },
    clock,
    ward,
    batchRecords: 100,
    faultShare: 0,
    progressMs: 1000,
    onProgress: () => {},
    timeline: { startMs, everyMs: 1000 },
    stop: stop.signal,
    ...changed,
  };
  return { options, sent, stop };
}

describe('the simulator', () => {
  it('publishes as many readings as it is asked for', async () => {
    const { options, sent } = setup({ count: 250 });
    expect((await simulate(options)).acknowledged).toBe(250);
    expect(sent).toHaveLength(250);
  });

  it('keeps to its rate and its duration', async () => {
    const { options } = setup({ rate: 200, durationMs: 10_000 });
    const { acknowledged } = await simulate(options);
    expect(acknowledged).toBeGreaterThanOrEqual(1900);
    expect(acknowledged).toBeLessThanOrEqual(2100);
  });

  it('publishes the same for the same seed, and something else for another', async () => {
    const [first, second, other] = [
      setup({ count: 100 }),
      setup({ count: 100 }),
      setup({ count: 100, ward: { ...ward, seed: 2 } }),
    ];
    for (const { options } of [first, second, other]) await simulate(options);
    expect(first.sent).toEqual(second.sent);
    expect(first.sent).not.toEqual(other.sent);
  });

  it('keys readings by patient', async () => {
    const { options, sent } = setup({ count: 100 });
    await simulate(options);
    for (const { key, value } of sent) expect(JSON.parse(String(value)).patientId).toBe(key);
  });

  it('ends with what is acknowledged when it is asked to stop', async () => {
    const { options, stop, sent } = setup({ onProgress: () => stop.abort(), progressMs: 20 });
    const { acknowledged } = await simulate(options);
    expect(acknowledged).toBe(sent.length);
    expect(acknowledged).toBeGreaterThan(0);
  });

  it('spoils the share that it is asked to', async () => {
    const { options, sent } = setup({ count: 5000, faultShare: 0.1 });
    await simulate(options);
    const broken = sent.filter(({ value }) => {
      try {
        const { eventTime, temperature, place, batteryPercent } = JSON.parse(String(value));
        return (
          typeof temperature === 'string' ||
          !String(eventTime).startsWith('2026') ||
          place !== undefined ||
          batteryPercent !== undefined
        );
      } catch {
        return true;
      }
    });
    expect(broken.length).toBeGreaterThan(400);
    expect(broken.length).toBeLessThan(600);
  });
});

describe('a thermometer', () => {
  it('shows what a body can have, with a fever now and then', () => {
    const temperatures = Array.from(
      { length: 20_000 },
      (_, index) => readingAt(ward, index, startMs + index * 10_000).temperature,
    );
    expect(Math.min(...temperatures)).toBeGreaterThan(34);
    expect(Math.max(...temperatures)).toBeLessThan(41);
    const feverish = temperatures.filter((temperature) => temperature > 37.5).length / temperatures.length;
    expect(feverish).toBeGreaterThan(0.005);
    expect(feverish).toBeLessThan(0.15);
  });

  it('rises by two degrees within three hours for two patients, from the time that is asked for', () => {
    const rise = (patient: number, hour: number): number => {
      const timeMs = startMs + hour * 3_600_000;
      const fever = readingAt({ ...ward, feverSinceMs: startMs }, patient, timeMs).temperature;
      return Math.round((fever - readingAt(ward, patient, timeMs).temperature) * 10) / 10;
    };
    expect([-1, 0, 1.5, 3, 30].map((hour) => rise(0, hour))).toEqual([0, 0, 1, 2, 2]);
    expect([1, 2].map((patient) => rise(patient, 3))).toEqual([2, 0]);
  });

  it('is warmer in the evening than in the morning', () => {
    const meanAt = (hour: number): number => {
      const of = Array.from(
        { length: 200 },
        (_, index) => readingAt({ seed: 3, patients: 200 }, index, startMs + hour * 3_600_000).temperature,
      );
      return of.reduce((sum, each) => sum + each, 0) / of.length;
    };
    expect(meanAt(18)).toBeGreaterThan(meanAt(6) + 0.2);
  });

  it('tells any time as toISOString does, whichever it told before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -8.64e15, max: 8.64e15 }),
        fc.array(fc.integer({ min: 0, max: 130_000 })),
        (firstMs, steps) => {
          const times = steps.map((step) => Math.min(firstMs + step, 8.64e15));
          expect(times.map(isoTime)).toEqual(times.map((timeMs) => new Date(timeMs).toISOString()));
        },
      ),
      runs(),
    );
  });
});

describe('faults', () => {
  it.each(faultKinds)('%s differ from the reading they were made of', (kind) => {
    const reading = readingAt(ward, 1, startMs);
    expect(spoil(reading, kind)).not.toBe(JSON.stringify(reading));
  });
});
