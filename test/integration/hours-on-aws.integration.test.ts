import { expect, inject, it } from 'vitest';
import { createAthenaQueryEngine } from '../../src/aws/athena-query-engine.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { Attack } from '../support/attack.ts';
import { createEventBus, createSnsTopic, EmulatorQueue } from '../support/emulator-queue.ts';
import { hourlyReadings, sentMs } from '../support/hourly-readings.ts';

/** What a query by Athena sees of the table of hours. */
async function queryHours({ env, table }: Attack): Promise<Record<string, unknown>[]> {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint, LAKE_DATABASE: database = '', ATHENA_OUTPUT: output } = env;
  const engine = createAthenaQueryEngine({
    region,
    endpoint,
    database,
    workgroup: 'primary',
    output,
    clock: systemClock,
  });
  try {
    return await engine.query(
      `SELECT max_by(state, revision) AS state, max_by(rows, revision) AS rows FROM ${table}_hours GROUP BY hour ORDER BY hour`,
    );
  } finally {
    await engine.close();
  }
}

it('tells EventBridge of complete hours and SNS of alerts, and Athena reads the table of hours', async () => {
  const [events, messages] = [await EmulatorQueue.create(), await EmulatorQueue.create()];
  const attack = await Attack.openOnS3(inject('stack').aws.endpoint, {
    env: {
      HOURS_LATENESS_SECONDS: '1',
      WATERMARK_IDLE_SECONDS: '0',
      HOURS_EVENT_BUS: await createEventBus(events),
      ALERT_COLUMN: 'temperature',
      ALERT_SNS_TOPIC: await createSnsTopic(messages),
    },
  });
  const values = [...hourlyReadings('anna', 0, 38.5), ...hourlyReadings('ben', 1, 36.8)];
  await attack.appendValues(values, { timestampMs: sentMs });
  await attack.consumeToEnd();
  await attack.succeed(['hours', '--settle']);
  await attack.succeed(['hours', '--settle']);

  expect(await queryHours(attack)).toEqual([
    { state: 'complete', rows: '6' },
    { state: 'complete', rows: '6' },
  ]);
  const arrived = await events.receive();
  expect(arrived).toMatchObject([
    { source: 'glueless', 'detail-type': 'hour.complete', detail: { table: attack.table, rows: 6, revision: 1 } },
    { source: 'glueless', 'detail-type': 'hour.complete', detail: { table: attack.table, rows: 6 } },
  ]);
  expect(await events.receive()).toEqual([]);
  const [message, ...more] = await messages.receive();
  expect(more).toEqual([]);
  expect(message).toMatchObject({
    Type: 'Notification',
    Subject: expect.stringMatching(/: raised: temperature by patientid anna high, mean 38\.50 of 6 in /),
    MessageAttributes: { type: { Value: 'alert.raised' }, key: { Value: expect.stringContaining('/raised/') } },
  });
});
