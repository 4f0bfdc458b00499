import { describe, expect, it } from 'vitest';
import { wake, type Attack } from '../../support/attack.ts';
import { deleteBelow } from '../../support/kafka.ts';
import { recordBytesLimit } from '../../support/known-records.ts';
import { freeze, kill, type Moment } from '../../support/moments.ts';
import { openOldLake } from '../../support/old-lake.ts';

const toEnd = ['consume', '--until-end'];
const replayAll = ['replay', '--all'];
const strict = { RECORD_BYTES_MAX: recordBytesLimit };
const lax = { RECORD_BYTES_MAX: '100000' };

/** How many distinct records of the topic are in the lake's visible files. */
async function expectNothingLost(attack: Attack): Promise<void> {
  const { lost, wrong, examples } = await attack.count();
  expect({ lost, wrong, examples: lost + wrong > 0 ? examples : [] }).toEqual({ lost: 0, wrong: 0, examples: [] });
}

describe('a lake of ledger format 1', () => {
  it('is audited: what was left unfinished is named', async () => {
    const attack = await openOldLake();
    const { code, stdout, stderr } = await attack.run(['verify', '--deep', '--json']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const { findings } = JSON.parse(stdout);
    expect(JSON.stringify(findings)).toMatch(/unfinished-replacement/);
    expect(JSON.stringify(findings)).not.toMatch(/CORRUPT|can't be read/);
  });

  it('goes on: its claims are adopted, its replacements finished, its dead letters redriven', async () => {
    const attack = await openOldLake();
    await attack.consumeToEnd(lax);
    await expectNothingLost(attack);
    await attack.succeed(replayAll, strict);
    await attack.append(30);
    await attack.consumeToEnd(strict);
    await attack.expectWhole();
    await attack.succeed(['redrive'], lax);
    expect(await attack.expectWhole()).toMatchObject({ rows: 130, deadLetters: 0 });
  });

  it('whose records Kafka has dropped is finished by redrive and replay', async () => {
    const attack = await openOldLake();
    await attack.consumeToEnd(strict);
    await deleteBelow(attack.kafka, attack.topic, 0, 80n);
    await deleteBelow(attack.kafka, attack.topic, 1, 20n);
    // what Kafka no longer holds is left alone, and named
    expect((await attack.run(replayAll, strict)).code).toBe(3);
    await attack.succeed(['redrive'], lax);
    expect(await attack.expectWhole()).toMatchObject({ rows: 100, deadLetters: 0 });
  });

  it.each<Moment>(['afterPut', 'beforeCommit'])(
    'whose claim is adopted by a member frozen %s and by a second one: nothing lost, nothing doubled',
    async (moment) => {
      const attack = await openOldLake();
      const first = await attack.startUntil(freeze(moment), toEnd, lax);
      await attack.consumeToEnd(strict);
      await wake(first);
      await attack.succeed(replayAll, strict);
      await attack.expectWhole();
    },
  );

  it.each<Moment>(['afterPut', 'beforeDelete'])(
    'is replayed by a process killed %s, and then by another one: nothing lost, nothing doubled',
    async (moment) => {
      const attack = await openOldLake();
      await attack.consumeToEnd(strict);
      await attack.startUntil(kill(moment), replayAll, { ...lax, EVENT_TIME_FIELD: 'other' });
      await attack.run(['verify', '--repair']);
      await expectNothingLost(attack);
      await attack.succeed(replayAll, strict);
      await attack.expectWhole();
    },
  );
});
