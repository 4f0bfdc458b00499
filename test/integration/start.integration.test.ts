import { expect, it } from 'vitest';
import { kafkaEnvironment, ownNames, runCli, RunningCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/lake.ts';

it('begins behind the last record with START=latest, and ends beside a running service of the same group', async () => {
  const env = {
    ...kafkaEnvironment(),
    ...ownNames(),
    LAKE: await temporaryFolder(),
    START: 'latest',
    BATCH_AGE_MAX_SECONDS: '0.5',
  };
  const publish = (count: number) => runCli(['produce', '--count', String(count), '--partitions', '2'], env);
  expect(await publish(20)).toMatchObject({ code: 0 });
  const advice = await runCli(['doctor'], env);
  expect(advice.stdout).toContain(
    '2 partitions, 0 records wait to be written; 2 new ones begin by START=latest: 20 records before are not promised',
  );
  const service = new RunningCli(['consume'], env);
  await service.untilLogged(/partitions assigned/);
  expect(await publish(10)).toMatchObject({ code: 0 });
  expect(await runCli(['consume', '--until-end'], env)).toMatchObject({ code: 0 });
  const audit = await runCli(['verify'], env);
  expect(await service.stop()).toBe(143);
  expect(audit.stdout).toMatch(/partition 0: offsets below \d+ were never promised \(START=latest\)/);
  expect(audit.stdout).toContain('nothing lost, nothing doubled: 10 records = 10 rows');
  expect(audit.code).toBe(0);
});
