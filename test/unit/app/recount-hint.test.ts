import { expect, it } from 'vitest';
import { RecountHint } from '../../../src/app/hours/recount-hint.ts';
import { entryOf, HourLake } from '../../support/hour-lake.ts';
import { testTable, testTopic } from '../../support/lake.ts';

const nowMs = Date.parse('2026-11-23T09:30:00.000Z');
const old = entryOf({ rows: { '2026-11-09T23': 7, '2026-11-10T00': 2 }, at: '2026-11-10T00:30:00.000Z' }, 0n);

async function hintsOf(lake: HourLake, ...entries: ReturnType<typeof entryOf>[]): Promise<string[]> {
  const hint = new RecountHint(nowMs);
  for (const entry of entries) hint.note(entry);
  return hint.lines(lake.store, { table: testTable, topic: testTopic });
}

it('says from which day on hours are counted again, when what was replaced is old', async () => {
  const lake = new HourLake(1);
  await lake.write({ rows: { '2026-11-10T00': 7 }, at: '2026-11-10T00:30:00.000Z' });
  await lake.settle(lake.keeper());
  expect(await hintsOf(lake, old)).toEqual([expect.stringContaining('glueless hours --settle --since 2026-11-09')]);
});

it('says nothing of what the next look sees, and where nobody settles hours', async () => {
  const lake = new HourLake(1);
  await lake.write({ rows: { '2026-11-23T08': 7 }, at: '2026-11-23T08:30:00.000Z' });
  expect(await hintsOf(lake, old)).toEqual([]);
  await lake.settle(lake.keeper());
  expect(await hintsOf(lake, entryOf({ rows: { '2026-11-23T08': 7 }, at: '2026-11-23T08:30:00.000Z' }, 0n))).toEqual(
    [],
  );
});
