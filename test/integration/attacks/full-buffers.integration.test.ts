import { expect, it, onTestFinished } from 'vitest';
import { startBroker } from '../../../src/devstack/broker.ts';
import { Attack } from '../../support/attack.ts';
import { kafkaEnvironment } from '../../support/cli.ts';
import { connectAdmin } from '../../support/kafka.ts';
import { slow } from '../../support/moments.ts';

it('a broker killed and started again while buffers are full and batches are written: the member goes on, nothing is lost', async () => {
  const broker = await startBroker();
  onTestFinished(() => broker.stop());
  const env = kafkaEnvironment(broker.admin, broker.bootstrap);
  const attack = await Attack.open({ partitions: 2, kafka: connectAdmin(broker.bootstrap, broker.admin), env });
  for (let round = 0; round < 6; round++) await attack.append(1000, { partition: round % 2 });
  const full = { BUFFER_BYTES_MAX: '1000000', BATCH_ROWS_MAX: '400', KAFKA_FETCH_BYTES_MAX: '200000' };
  const member = attack.start(['consume'], full, slow('beforePut', 300));
  await member.untilLogged(/batch committed/, 2);
  await broker.kill('SIGKILL');
  await member.untilLogged(/reading is tried again/);
  await broker.start();
  for (const partition of [0, 1]) await attack.append(500, { partition });
  await expect.poll(() => member.committedRecords(), { timeout: 90_000, interval: 200 }).toBe(7000);
  expect(await member.stop()).toBe(143);
  expect(member.log).not.toMatch(/^\s+at /m);
  await attack.expectWhole();
});
