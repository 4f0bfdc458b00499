import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/alerts/alert.ts';
import { alertId, nextAlerts, sideOf, type AlertRule, type Sample } from '../../../src/alerts/alert-rule.ts';

const rule: AlertRule = {
  column: 'temperature',
  group: 'patientid',
  low: 36.1,
  high: 37.2,
  samplesMin: 5,
  hysteresis: 0.1,
};
const noon = '2026-11-23T12:00:00.000Z';
const hour = (number: number): string => `2026-11-23T${String(number).padStart(2, '0')}`;

/** One patient's alerts, as samples change them. */
class Patient {
  readonly alerts = new Map<string, Alert>();
  #moment = 0;

  /** Answers with the states that changed, like `09 raised high`. */
  see(number: number, mean: number, more: Partial<Sample> = {}): string[] {
    const sample = { group: 'p1', hour: hour(number), mean, samples: 60, isFinal: true, ...more };
    const open = [...this.alerts.values()].findLast(({ state }) => state !== 'resolved');
    const ofHour = this.alerts.get(alertId(rule, sample));
    const at = new Date(++this.#moment * 1000).toISOString();
    return nextAlerts(sample, { open, ofHour }, rule, at).map((alert) => {
      const isNew = this.alerts.get(alert.id)?.state !== alert.state;
      this.alerts.set(alert.id, alert);
      return `${alert.hour.slice(11)} ${isNew ? alert.state : 'goes on'} ${alert.side}`;
    });
  }
}

describe('the alert rule', () => {
  it('raises one alert for an episode, and ends it by an hour well inside of the band', () => {
    const patient = new Patient();
    expect(patient.see(8, 36.8)).toEqual([]);
    expect(patient.see(9, 38)).toEqual(['09 raised high']);
    expect(patient.see(9, 38)).toEqual([]);
    expect(patient.see(10, 38.5)).toEqual(['09 goes on high']);
    // inside of the band, and too near to its edge to end it
    expect(patient.see(11, 37.15)).toEqual([]);
    expect(patient.see(12, 37)).toEqual(['09 resolved high']);
    expect(patient.see(13, 37)).toEqual([]);
    expect([...patient.alerts.values()]).toMatchObject([{ mean: 38.5, lastHour: hour(10), resolvedHour: hour(12) }]);
  });

  it('ends an alert at the very edge of what is well inside', () => {
    // 38.3 - 0.2 is 38.099999999999994
    const narrow = { ...rule, high: 38.3, hysteresis: 0.2 };
    const sample = { group: 'p1', hour: hour(9), mean: 39, samples: 60, isFinal: true };
    const [open] = nextAlerts(sample, { open: undefined, ofHour: undefined }, narrow, noon);
    const next = { ...sample, hour: hour(10), mean: 38.1 };
    expect(nextAlerts(next, { open, ofHour: undefined }, narrow, noon)).toMatchObject([{ state: 'resolved' }]);
  });

  it('says nothing by few values', () => {
    const patient = new Patient();
    expect(patient.see(9, 40, { samples: 4 })).toEqual([]);
    patient.see(9, 40);
    expect(patient.see(10, 36.8, { samples: 4 })).toEqual([]);
  });

  it('is provisional while the hour fills, and nobody has to be told when that was a mistake', () => {
    const patient = new Patient();
    expect(patient.see(9, 38, { isFinal: false })).toEqual(['09 provisional high']);
    expect(patient.see(9, 38.1, { isFinal: false })).toEqual(['09 goes on high']);
    expect(patient.see(9, 37.15)).toEqual(['09 resolved high']);
    expect([...patient.alerts.values()][0]).not.toHaveProperty('raisedAt');
    expect(patient.see(9, 38, { isFinal: false })).toEqual(['09 provisional high']);
    expect(patient.see(9, 38)).toEqual(['09 raised high']);
  });

  it('does not let an hour that fills hide one that is complete', () => {
    const patient = new Patient();
    patient.see(10, 38, { isFinal: false });
    expect(patient.see(9, 38)).toEqual(['10 resolved high', '09 raised high']);
    expect(patient.see(10, 38.2, { isFinal: false })).toEqual([]);
    expect(patient.see(10, 38.2)).toEqual(['09 goes on high']);
  });

  it('is not ended by an hour that fills, nor by one from before', () => {
    const patient = new Patient();
    patient.see(9, 38);
    expect(patient.see(10, 36.8, { isFinal: false })).toEqual([]);
    expect(patient.see(8, 36.8)).toEqual([]);
    expect(patient.see(10, 36.8)).toEqual(['09 resolved high']);
  });

  it('looks again when late rows have changed the hour: ends the alert, and raises it anew', () => {
    const patient = new Patient();
    patient.see(9, 38);
    expect(patient.see(9, 36.9)).toEqual(['09 resolved high']);
    const [first] = [...patient.alerts.values()].map(({ raisedAt }) => raisedAt);
    expect(patient.see(9, 38)).toEqual(['09 raised high']);
    expect([...patient.alerts.values()][0]?.raisedAt).not.toBe(first);
  });

  it('does not raise an hour again that a later one has ended', () => {
    const patient = new Patient();
    patient.see(9, 38);
    patient.see(10, 36.8);
    expect(patient.see(9, 38.2)).toEqual([]);
  });

  it('tells of one side of the band beside the other', () => {
    const patient = new Patient();
    patient.see(9, 38);
    expect(patient.see(10, 35, { isFinal: false })).toEqual([]);
    expect(patient.see(10, 35)).toEqual(['09 resolved high', '10 raised low']);
  });

  it('takes the limits themselves as inside', () => {
    expect([36.09, 36.1, 37.2, 37.21].map((mean) => sideOf(mean, rule))).toEqual(['low', undefined, undefined, 'high']);
  });

  it('keeps at most one alert of a group open, raises none without a complete hour, and knows the last hour’s side', () => {
    const sampleArb = fc.record({
      number: fc.integer({ min: 0, max: 5 }),
      mean: fc.double({ min: 35, max: 39, noNaN: true }),
      samples: fc.integer({ min: 1, max: 10 }),
      isFinal: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(sampleArb, { maxLength: 30 }), (samples) => {
        const patient = new Patient();
        const completeOutside = new Set<string>();
        for (const { number, mean, ...more } of samples) {
          patient.see(number, mean, more);
          if (more.isFinal && more.samples >= rule.samplesMin && sideOf(mean, rule) !== undefined)
            completeOutside.add(hour(number));
          const all = [...patient.alerts.values()];
          expect(all.filter(({ state }) => state !== 'resolved').length).toBeLessThanOrEqual(1);
          for (const alert of all) {
            expect(alert.raisedAt === undefined || completeOutside.size > 0).toBe(true);
            expect(alert.side).toBe(sideOf(alert.mean, rule));
            expect(alert.lastHour >= alert.hour).toBe(true);
          }
        }
      }),
    );
  });

  it('raises in each complete hour outside of the band, unless an alert is open or the hour was told before', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 35, max: 39, noNaN: true }), { maxLength: 20 }), (means) => {
        const patient = new Patient();
        for (const [number, mean] of means.entries()) {
          patient.see(number, mean);
          const open = [...patient.alerts.values()].filter(({ state }) => state === 'raised');
          const isOutside = sideOf(mean, rule) !== undefined;
          expect(isOutside ? open.map(({ lastHour }) => lastHour) : []).toEqual(isOutside ? [hour(number)] : []);
        }
      }),
    );
  });
});
