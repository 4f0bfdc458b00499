import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { Scenario } from '../support/scenario.ts';
import { soak } from '../support/soak.ts';

const minutes = Number(process.env['SOAK_MINUTES'] ?? '1');

it(`kills members at random for ${minutes} minutes`, { timeout: 0 }, async () => {
  const untilMs = Date.now() + minutes * 60_000;
  const total = { scenarios: 0, kills: 0, records: 0 };
  while (Date.now() < untilMs) {
    const scenario = await Scenario.open();
    const { kills } = await soak(scenario, { rounds: 20, random: (max) => randomInt(max) });
    await scenario.expectExactlyOnce();
    total.scenarios++;
    total.kills += kills;
    total.records += scenario.acknowledged;
    console.log(`${total.records} records acknowledged, ${total.kills} kills, lost 0, doubled 0`);
  }
  expect(total.kills).toBe(total.scenarios * 20);
});
