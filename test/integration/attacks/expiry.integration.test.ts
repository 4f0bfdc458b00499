import { describe, expect, it } from 'vitest';
import { Attack, wake } from '../../support/attack.ts';
import { freeze, kill } from '../../support/moments.ts';

const dayMs = 86_400_000;
/** Days that the old records lie behind the others. */
const age = 40;
const maintain = ['maintain'];
const thirtyDays = { RETENTION_DAYS: '30' };

/** 60 records of which half are of a day that has expired, and the others of one that stays; every tenth is a dead letter. */
async function aged(): Promise<Attack> {
  // one batch, whose member may be frozen for long
  const patient = { BATCH_AGE_MAX_SECONDS: '60', KAFKA_SESSION_TIMEOUT_SECONDS: '60' };
  const attack = await Attack.open({ env: { ...thirtyDays, ...patient, RECORD_BYTES_MAX: '400' } });
  await attack.append(30, { hour: (index) => (index % 2) - 24 * age, timestampMs: Date.now() - (age + 2) * dayMs });
  // what has expired may be gone at any time
  attack.compacted = [...attack.records];
  await attack.append(30);
  return attack;
}

describe('days that expire beside other work', () => {
  it('frozen and killed members, maintainers and a replay: nothing of the days that stay is lost, nothing doubled', async () => {
    const attack = await aged();
    const member = await attack.startUntil(freeze('beforeCommit'), ['consume', '--until-end']);
    const early = await attack.succeed(maintain);
    expect(early.stdout).toContain('of a range that is claimed');
    expect(await attack.expectExactlyOnce()).toMatchObject({ rows: 54, deadLetters: 6 });
    expect(await wake(member)).toBe(0);
    expect(await attack.expectWhole()).toMatchObject({ rows: 54, deadLetters: 6 });

    await attack.startUntil(kill('beforeDelete', 2), maintain);
    await attack.expectWhole();

    const maintainer = await attack.startUntil(freeze('beforeDelete'), maintain);
    await attack.succeed(['replay', '--all']);
    expect(await wake(maintainer)).toBe(0);
    // rows that the replay has written again have other keys than those that the frozen one deletes; it looks at dead letters afterwards
    expect(await attack.expectWhole()).toMatchObject({ rows: 54, deadLetters: 3 });

    const both = await Promise.all([attack.succeed(maintain), attack.succeed(maintain)]);
    expect(both.map(({ stdout }) => stdout).join('')).toMatch(/partitions of days before \S+ removed/);
    expect(await attack.expectWhole()).toMatchObject({ rows: 27, deadLetters: 3 });
    const again = await attack.succeed(maintain);
    expect(again.stdout).toContain('nothing to do');
  });
});
