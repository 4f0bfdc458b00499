import { expect, it } from 'vitest';
import { queryHourlyValues } from '../../../src/monitor/data/hourly-values.ts';

const query = {
  table: 't',
  value: 'temperature',
  key: 'patientid',
  window: { hours: ['2026-11-23T08', '2026-11-23T09'] },
};

it('shows every group beside one whose numbers are too large to add up, or no numbers', async () => {
  const hour = '2026-11-23T09';
  const rows = [
    { grouped: 'calm', hour, mean: 36.800000000000004, lowest: 36.7, highest: 36.9, samples: 2 },
    { grouped: 'large', hour, mean: Infinity, lowest: -Infinity, highest: 1.7e308, samples: 2 },
    { grouped: 'none', hour, mean: Number.NaN, lowest: 36, highest: Number.NaN, samples: 2 },
  ];
  const engine = { name: 'test', query: async () => rows, close: async () => {} };
  expect(await queryHourlyValues(engine, query)).toEqual([
    { group: 'calm', hour, mean: 36.8, min: 36.7, max: 36.9, samples: 2 },
    { group: 'large', hour, mean: Number.MAX_VALUE, min: -Number.MAX_VALUE, max: 1.7e308, samples: 2 },
  ]);
});
