import { describe, expect, it } from 'vitest';
import { Attack, wake } from '../../support/attack.ts';
import { deleteBelow } from '../../support/kafka.ts';
import { recordBytesLimit } from '../../support/known-records.ts';
import { freeze, kill, slow, type Moment } from '../../support/moments.ts';

const strict = { RECORD_BYTES_MAX: recordBytesLimit };
const lax = { RECORD_BYTES_MAX: '100000' };
const elsewhere = { ...lax, EVENT_TIME_FIELD: 'other' };
const replayAll = ['replay', '--all'];
const exchanging: readonly Moment[] = ['afterReplacing', 'afterPut', 'beforeCommit', 'beforeDelete'];
const twice: readonly Moment[] = ['beforeCommit', 'beforeDelete'];

/** 100 records in the lake, ten of them as dead letters. */
async function consumed(): Promise<Attack> {
  const attack = await Attack.open();
  await attack.append(100);
  await attack.consumeToEnd(strict);
  return attack;
}

describe('verify --repair', () => {
  it.each(exchanging)('beside a redrive that stands %s: nothing lost', async (moment) => {
    const attack = await consumed();
    const redrive = await attack.startUntil(freeze(moment), ['redrive'], lax);
    await attack.run(['verify', '--repair']);
    expect(await wake(redrive)).toBe(0);
    expect(await attack.expectWhole()).toMatchObject({ rows: 100, deadLetters: 0 });
  });

  it.each(twice)('beside a replay to other keys that stands %s: nothing lost', async (moment) => {
    const attack = await consumed();
    const replay = await attack.startUntil(freeze(moment), replayAll, elsewhere);
    await attack.run(['verify', '--repair']);
    expect(await wake(replay)).toBe(0);
    expect(await attack.expectWhole()).toMatchObject({ rows: 100, deadLetters: 0 });
  });

  it('again and again beside a slow redrive and a slow replay: nothing lost', async () => {
    const attack = await consumed();
    const pace = [slow('beforePut', 300), slow('beforeCommit', 300), slow('beforeDelete', 300)];
    const redrive = attack.start(['redrive'], lax, ...pace);
    const replay = attack.start(replayAll, elsewhere, ...pace);
    while (!redrive.hasEnded || !replay.hasEnded) await attack.run(['verify', '--repair']);
    await attack.succeed(replayAll, elsewhere);
    await attack.run(['verify', '--repair']);
    await attack.expectWhole();
  });
});

describe('a replay', () => {
  it('of a part, before anything was consumed: what lies before it is not lost', async () => {
    const attack = await Attack.open();
    await attack.append(100);
    expect([0, 1]).toContain((await attack.run(['replay', '--partition', '0', '--from-offset', '50'])).code);
    await attack.consumeToEnd();
    await attack.expectWhole();
  });

  it('frozen before it deletes the old objects, which a second replay has written again: nothing lost', async () => {
    const attack = await consumed();
    const first = await attack.startUntil(freeze('beforeDelete'), replayAll, elsewhere);
    await attack.succeed(replayAll, lax);
    await wake(first);
    await attack.expectWhole();
  });

  it.each(exchanging)(
    'frozen %s beside a second one under another limit: nothing lost, nothing doubled',
    async (moment) => {
      const attack = await consumed();
      const first = await attack.startUntil(freeze(moment), replayAll, lax);
      expect([0, 1]).toContain((await attack.run(replayAll, strict)).code);
      expect([0, 1]).toContain(await wake(first));
      await attack.succeed(replayAll, strict);
      await attack.expectWhole();
    },
  );

  it.each(twice)('frozen %s beside a redrive: nothing lost, nothing doubled', async (moment) => {
    const attack = await consumed();
    const replay = await attack.startUntil(freeze(moment), replayAll, strict);
    expect([0, 1]).toContain((await attack.run(['redrive'], lax)).code);
    expect([0, 1]).toContain(await wake(replay));
    await attack.succeed(['redrive'], lax);
    await attack.expectWhole();
  });

  it.each(twice)('killed %s and passed by retention: undone by the next one', async (moment) => {
    const attack = await consumed();
    await attack.startUntil(kill(moment), replayAll, elsewhere);
    await deleteBelow(attack.kafka, attack.topic, 0, 100n);
    // what had been replaced before is tidied up, and was not read again
    expect((await attack.run(replayAll, elsewhere)).code).toBe(moment === 'beforeDelete' ? 3 : 0);
    await attack.expectWhole();
  });
});

describe('a redrive', () => {
  it.each(twice)('frozen %s beside a replay: nothing lost, nothing doubled', async (moment) => {
    const attack = await consumed();
    const redrive = await attack.startUntil(freeze(moment), ['redrive'], lax);
    expect([0, 1]).toContain((await attack.run(replayAll, strict)).code);
    expect([0, 1]).toContain(await wake(redrive));
    await attack.succeed(replayAll, strict);
    await attack.expectWhole();
  });

  it.each(twice)('killed %s, run again under the old rules after retention: nothing doubled', async (moment) => {
    const attack = await consumed();
    await attack.startUntil(kill(moment), ['redrive'], lax);
    await deleteBelow(attack.kafka, attack.topic, 0, 100n);
    await attack.succeed(['redrive'], strict);
    await attack.expectWhole();
  });
});
