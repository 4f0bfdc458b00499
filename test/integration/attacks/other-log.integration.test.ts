import { describe, expect, it } from 'vitest';
import { Attack, wake } from '../../support/attack.ts';
import { freeze, kill, type Moment } from '../../support/moments.ts';

const toEnd = ['consume', '--until-end'];

/** The command stops and says that the topic is another one; no row of the new log is in the lake. */
async function expectRefused(attack: Attack, args: readonly string[] = toEnd): Promise<void> {
  const { code, stdout, stderr } = await attack.run(args);
  expect({ args, code, said: stdout + stderr }).toEqual({
    args,
    code: 1,
    said: expect.stringMatching(/TOPIC_RECREATED|is not the one/),
  });
  const { doubled, wrong, examples } = await attack.count();
  expect({ doubled, wrong, examples: wrong + doubled > 0 ? examples : [] }).toEqual({
    doubled: 0,
    wrong: 0,
    examples: [],
  });
}

const others = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => JSON.stringify({ n: -n, text: 'other' }));

describe('a topic that was deleted and made anew while nobody ran', () => {
  it.each<[string, number]>([
    ['more', 150],
    ['as many', 100],
    ['fewer', 40],
  ])('with %s records: consume, replay and verify stop, the lake keeps what it has', async (_what, count) => {
    const attack = await Attack.open();
    await attack.append(100);
    await attack.consumeToEnd();
    await attack.recreateTopic();
    await attack.appendValues(others(count));
    await expectRefused(attack);
    await expectRefused(attack, ['replay', '--all']);
    expect((await attack.run(['verify'])).code).toBe(1);
    await attack.expectExactlyOnce();
  });

  it.each<Moment>(['afterClaim', 'beforeCommit'])(
    'after a member was killed %s: nothing of the new log is written into the claim',
    async (moment) => {
      const attack = await Attack.open();
      await attack.append(100);
      await attack.startUntil(kill(moment), toEnd);
      await attack.recreateTopic();
      await attack.appendValues(others(150));
      await expectRefused(attack);
      await expectRefused(attack, ['replay', '--all']);
    },
  );

  it('after a batch without a record: noticed by what lies before it', async () => {
    const attack = await Attack.open();
    await attack.append(50);
    await attack.consumeToEnd();
    const producer = attack.kafka.kafkajs.producer({
      transactionalId: attack.topic,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic: attack.topic, messages: others(20).map((value) => ({ value, partition: 0 })) });
    await transaction.abort();
    await producer.disconnect();
    await attack.consumeToEnd();
    await attack.recreateTopic();
    await attack.appendValues(others(200));
    await expectRefused(attack);
    await attack.expectExactlyOnce();
  });
});

describe('a topic that is made anew while a member is frozen', () => {
  it.each<Moment>(['beforeClaim', 'beforePut', 'beforeCommit'])(
    '%s: it wakes up and does not go on in the new log',
    async (moment) => {
      const attack = await Attack.open();
      await attack.append(100);
      const sleeper = await attack.startUntil(freeze(moment), ['consume'], { BATCH_ROWS_MAX: '60' });
      await attack.recreateTopic();
      await attack.appendValues(others(150));
      expect(await wake(sleeper)).toBe(1);
      expect(sleeper.log).toMatch(/TOPIC_RECREATED/);
      const { doubled, wrong } = await attack.count();
      expect({ doubled, wrong }).toEqual({ doubled: 0, wrong: 0 });
    },
  );
});
