import { describe, expect, it } from 'vitest';
import { Attack } from '../support/attack.ts';
import { hourlyReadings, sentMs } from '../support/hourly-readings.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

const later = { NODE_OPTIONS: '--import ./test/support/clock-ahead.ts' };

async function setup() {
  const receiver = await WebhookReceiver.open();
  const attack = await Attack.open({
    env: {
      HOURS_EVERY_SECONDS: '1',
      HOURS_LATENESS_SECONDS: '1',
      WATERMARK_IDLE_SECONDS: '0',
      ALERT_COLUMN: 'temperature',
      ALERT_WEBHOOK_URL: receiver.url,
    },
  });
  const publish = async (values: readonly string[]) => attack.appendValues(values, { timestampMs: sentMs });
  await publish([
    ...hourlyReadings('anna', 0, 38.5),
    ...hourlyReadings('ben', 0, 36.8),
    ...hourlyReadings('cleo', 0, 40, 2),
  ]);
  return { receiver, attack, publish };
}

/** Types and groups of what was received. */
function told({ received }: WebhookReceiver): string[] {
  return received.map(({ type, body }) => `${type} ${String(body['group'])}`);
}

describe('alerts of a table on a real broker', () => {
  it('are raised once across a kill -9 between sending and noting, acknowledged, and resolved', async () => {
    const { receiver, attack, publish } = await setup();
    await attack.killWhenTold(receiver);
    await attack.succeed(['hours', '--settle']);
    expect(told(receiver)).toEqual(['alert.raised anna']);
    await attack.succeed(['hours', '--settle'], later);
    await attack.succeed(['hours', '--settle'], later);
    expect(told(receiver)).toEqual(['alert.raised anna', 'alert.raised anna']);
    expect(new Set(receiver.keys()).size).toBe(1);

    const [alert] = JSON.parse((await attack.succeed(['alerts', '--json'])).stdout);
    expect(alert).toMatchObject({ group: 'anna', state: 'raised', mean: 38.5, samples: 6, side: 'high' });
    const seen = await attack.succeed(['alerts', '--acknowledge', alert.id, '--by', 'ward 3']);
    expect(seen.stdout).toMatch(/acknowledged .*ward 3/);
    expect(await attack.run(['alerts', '--acknowledge', 'none'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ALERT_MISSING'),
    });
    await publish([...hourlyReadings('anna', 1, 36.9), ...hourlyReadings('ben', 1, 36.8)]);
    await attack.consumeToEnd();
    await attack.succeed(['hours', '--settle']);
    expect(told(receiver).slice(2)).toEqual(['alert.acknowledged anna', 'alert.resolved anna']);
    expect((await attack.succeed(['alerts'])).stdout).toContain('0 alerts');
    expect((await attack.succeed(['alerts', '--all'])).stdout).toContain('resolved');
  });

  it('list messages that nobody takes, and send them again when they are asked to', async () => {
    const { receiver, attack } = await setup();
    receiver.onMessage = () => 503;
    await attack.consumeToEnd();
    await expect
      .poll(async () => {
        await attack.succeed(['hours', '--settle'], later);
        return receiver.received.length;
      })
      .toBeGreaterThan(0);
    const pending = JSON.parse((await attack.succeed(['alerts', '--json'])).stdout);
    expect(pending[0].deliveries).toMatchObject([{ state: 'pending', error: 'ALERT_WEBHOOK_URL: HTTP 503' }]);
    expect((await attack.succeed(['alerts', '--undelivered'])).stdout).toContain('0 messages that nobody took');
    expect((await attack.succeed(['alerts', '--redeliver'])).stdout).toContain('0 to be sent again');
  });
});
