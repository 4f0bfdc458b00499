import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { withAdmin } from '../../../src/kafka/kafkajs/admin.ts';
import { runCli } from '../../support/cli.ts';
import { connectAdmin, deleteBelow } from '../../support/kafka.ts';
import { Scenario } from '../../support/scenario.ts';
import { countWithPyarrow } from '../../support/pyarrow.ts';
import { soak } from '../../support/soak.ts';

describe('members of a group', () => {
  it('killed with -9 at random moments, 20 times: nothing lost, nothing doubled', async () => {
    const scenario = await Scenario.open();
    const counts = await soak(scenario, { rounds: 20, random: (max) => randomInt(max) });
    expect(counts.kills).toBe(20);
    await scenario.expectExactlyOnce();
  });

  it('frozen past the session timeout and woken up after another has taken over: nothing lost, nothing doubled', async () => {
    const scenario = await Scenario.open();
    await scenario.produce(1500, { partitions: 2 });
    const zombie = scenario.consumeWithFault('SIGSTOP', 'after', 'put', 3);
    await zombie.untilLogged(/"msg":"fault"/);
    const heir = scenario.consume({ BATCH_ROWS_MAX: '222' });
    await heir.untilLogged(/partitions assigned/);
    await scenario.produce(500, { partitions: 2 });
    await scenario.consumeToEnd({ KAFKA_GROUP_ID: `${scenario.topic}-third` });
    zombie.process.kill('SIGCONT');
    expect([0, 143, 1]).toContain(await zombie.stop());
    expect(await heir.stop()).toBe(143);
    await scenario.expectExactlyOnce();
  });

  it('restarted one after the other while records come in: nothing lost, nothing doubled', async () => {
    const scenario = await Scenario.open();
    await scenario.produce(200, { partitions: 6 });
    const members = [scenario.consume(), scenario.consume(), scenario.consume()];
    for (const member of members) await member.untilLogged(/"msg":"consuming"/);
    await members[0]?.untilLogged(/partitions assigned/);
    for (const index of members.keys()) {
      await scenario.produce(600, { partitions: 6 });
      expect(await members[index]?.stop()).toBe(143);
      members[index] = scenario.consume();
      await members[index].untilLogged(/"msg":"consuming"/);
    }
    for (const member of members) await member.stop();
    await scenario.consumeToEnd();
    await scenario.expectExactlyOnce();
  });

  it('of two groups on one table at the same time: nothing lost, nothing doubled', async () => {
    const scenario = await Scenario.open();
    await scenario.produce(3000, { partitions: 3 });
    await Promise.all([
      scenario.consumeToEnd({ KAFKA_GROUP_ID: `${scenario.topic}-a`, BATCH_ROWS_MAX: '70' }),
      scenario.consumeToEnd({ KAFKA_GROUP_ID: `${scenario.topic}-b`, BATCH_ROWS_MAX: '110' }),
    ]);
    await scenario.expectExactlyOnce();
  });

  it.each(['1', '-1'])('whose clock is set by %s h: nothing lost, nothing doubled', async (hours) => {
    const scenario = await Scenario.open();
    await scenario.produce(1000, { partitions: 2 });
    const jumping = scenario.consume({
      NODE_OPTIONS: '--import ./test/support/jumping-clock.ts',
      CLOCK_JUMP_HOURS: hours,
    });
    await jumping.untilLogged(/batch committed/, 4);
    await scenario.produce(500, { partitions: 2 });
    expect([143, 1]).toContain(await jumping.stop());
    await scenario.consumeToEnd();
    await scenario.expectExactlyOnce();
  });
});

describe('the group’s offsets', () => {
  it.each(['deleted', 'earliest', 'latest'])('%s between two runs: nothing lost, nothing doubled', async (what) => {
    const scenario = await Scenario.open();
    const groupId = scenario.env['KAFKA_GROUP_ID'] ?? '';
    await scenario.produce(600, { partitions: 2 });
    await scenario.consumeToEnd();
    await scenario.produce(300, { partitions: 2 });
    await withAdmin(connectAdmin(), groupId, async (admin) => {
      if (what === 'deleted') await admin.deleteGroups([groupId]);
      else await admin.resetOffsets({ groupId, topic: scenario.topic, earliest: what === 'earliest' });
    });
    await scenario.produce(100, { partitions: 2 });
    await scenario.consumeToEnd();
    await scenario.expectExactlyOnce();
  });
});

describe('retention that passes the consumer', () => {
  it('leaves exactly the gap, loudly', async () => {
    const scenario = await Scenario.open();
    await scenario.produce(300, { partitions: 1 });
    await scenario.consumeToEnd();
    await scenario.produce(500, { partitions: 1 });
    await deleteBelow(connectAdmin(), scenario.topic, 0, 420n);
    const { stderr, code } = await runCli(['consume', '--until-end'], scenario.env);
    expect(code).toBe(0);
    expect(stderr).toMatch(/"level":"error".*"from":"300","to":"420","lost":"120"/);
    const audit = await runCli(['verify', '--deep', '--json'], scenario.env);
    expect(audit.code).toBe(1);
    const { findings, partitions } = JSON.parse(audit.stdout);
    expect(findings.map(({ problem }: { problem: string }) => problem)).toEqual(['gap']);
    expect(partitions[0]).toMatchObject({ gapOffsets: '120', rows: 680 });
    expect(await countWithPyarrow(scenario.table)).toEqual({ rows: 680, distinct: 680 });
    expect((await runCli(['verify', '--acknowledge-gaps'], scenario.env)).code).toBe(0);
    expect((await runCli(['verify'], scenario.env)).code).toBe(0);
  });
});
