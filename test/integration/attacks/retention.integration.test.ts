import { describe, expect, it } from 'vitest';
import { Attack } from '../../support/attack.ts';
import { compacting, untilCompacted } from '../../support/compaction.ts';
import { deleteBelow } from '../../support/kafka.ts';
import { kill } from '../../support/moments.ts';

const toEnd = ['consume', '--until-end'];

describe('100 rows put, a crash before the ledger says so, and then', () => {
  it.each<[string, bigint, (index: number) => number]>([
    ['half of them, in the same hours', 50n, (index) => index % 2],
    ['half of them, all of one hour', 50n, (index) => Math.floor(index / 50)],
    ['all of them', 100n, (index) => index % 2],
  ])('retention passes %s: the lake keeps what it has', async (_what, below, hour) => {
    const attack = await Attack.open();
    await attack.append(100, { hour });
    await attack.startUntil(kill('beforeCommit'), toEnd);
    await deleteBelow(attack.kafka, attack.topic, 0, below);
    await attack.append(10);
    await attack.consumeToEnd();
    await attack.expectExactlyOnce();
    await attack.run(['verify', '--repair']);
    await attack.expectWhole();
  });

  it('compaction takes 95 of them: the lake keeps what it has', async () => {
    const attack = await Attack.open({ settings: compacting });
    // with one Kafka timestamp they stay in the open segment, which is not compacted
    await attack.append(100, { key: (index) => `k${index % 5}` });
    await attack.startUntil(kill('beforeCommit'), toEnd);
    await untilCompacted(attack, 20);
    await attack.consumeToEnd();
    await attack.expectExactlyOnce();
    await attack.run(['verify', '--repair']);
    await attack.expectWhole();
  });
});

describe('replay --all', () => {
  it('of a compacted topic leaves what only the lake has alone, and says so', async () => {
    const attack = await Attack.open({ settings: compacting });
    // with one Kafka timestamp they stay in the open segment, which is not compacted
    await attack.append(100, { key: (index) => `k${index % 5}` });
    await attack.consumeToEnd();
    await untilCompacted(attack, 20);
    await attack.consumeToEnd();
    const { code, stdout } = await attack.run(['replay', '--all']);
    expect(code).toBe(3);
    expect(stdout).toMatch(/\[0, 100\).*left alone/);
    await attack.expectWhole();
  });

  it('of batches that Kafka no longer holds leaves them alone with exit code 3; loss that is allowed is part of the plan', async () => {
    const attack = await Attack.open();
    await attack.append(60);
    await attack.consumeToEnd({ BATCH_ROWS_MAX: '20' });
    await deleteBelow(attack.kafka, attack.topic, 0, 30n);
    const left = await attack.run(['replay', '--all']);
    expect(left).toMatchObject({ code: 3, stdout: expect.stringContaining('replayed 1 ranges of') });
    expect(left.stdout).toMatch(
      /\[0, 20\): left alone: Kafka no longer holds it[^]*\[20, 40\): left alone: .*--allow-loss/,
    );
    await attack.expectWhole();
    const loss = ['replay', '--partition', '0', '--from-offset', '0', '--to-offset', '40', '--allow-loss'];
    const planned = await attack.run([...loss, '--dry-run']);
    expect(planned).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('[20, 40): will be read again from 30 on'),
    });
    await attack.expectWhole();
    expect(await attack.run(loss)).toMatchObject({ code: 0 });
    expect(await attack.count()).toMatchObject({ lost: 10, doubled: 0 });
  });

  it.each(['hive', 'iceberg'])(
    'writes nothing behind a claim that Kafka has passed: the consumer ends it, and goes on (%s)',
    async (format) => {
      const attack = await Attack.open({ env: { TABLE_FORMAT: format, COMMIT_SECONDS: '1' } });
      await attack.append(20);
      await attack.startUntil(kill('afterClaim'), toEnd);
      await deleteBelow(attack.kafka, attack.topic, 0, 12n);
      await attack.append(10);
      const left = await attack.run(['replay', '--all']);
      expect(left).toMatchObject({ code: 3, stdout: expect.stringContaining('replayed 0 ranges of') });
      expect(left.stdout).toContain('[20, 30): left alone: it comes behind a claim');
      await attack.consumeToEnd();
      expect(await attack.run(['verify', '--deep'])).toMatchObject({
        code: 1,
        stdout: expect.stringContaining('[0, 12)'),
      });
      const audit = await attack.run(['verify', '--deep', '--acknowledge-gaps']);
      expect(audit).toMatchObject({ code: 0, stdout: expect.stringContaining('18 records = 18 rows') });
    },
  );
});
