import { describe, expect, it } from 'vitest';
import { Attack, wake } from '../../support/attack.ts';
import { freeze, kill } from '../../support/moments.ts';

const maintain = ['maintain'];
/** Files of the first hour are merged; a batch has ten records. */
const merging = { MERGE_HIVE_FILES: 'true', MAINTAIN_LATENESS_SECONDS: '0', BATCH_ROWS_MAX: '10' };
const daysLater = { NODE_OPTIONS: '--import ./test/support/clock-ahead.ts', HOURS_AHEAD: '100' };

/** Forty records of one hour, each tenth a dead letter, in files of ten. */
async function hourOfFiles(): Promise<Attack> {
  const attack = await Attack.open({ env: { ...merging, RECORD_BYTES_MAX: '400' } });
  await attack.append(40, { hour: () => 0 });
  await attack.consumeToEnd();
  return attack;
}

async function expectOnce(attack: Attack, rows: number): Promise<void> {
  const { examples, ...found } = await attack.count();
  expect({ ...found, examples }).toMatchObject({ rows, lost: 0, doubled: 0, wrong: 0, examples: [] });
}

describe('files of a Hive table that are merged beside other work', () => {
  it('maintainers frozen at each step, a replay, late rows and age: nothing is lost, nothing doubled', async () => {
    const attack = await hourOfFiles();
    await expectOnce(attack, 36);
    const frozen = [
      await attack.startUntil(freeze('beforeNote'), maintain),
      await attack.startUntil(freeze('beforeMergedPut'), maintain),
      await attack.startUntil(freeze('beforeMove'), maintain),
      await attack.startUntil(freeze('afterMove'), maintain),
    ];
    await expectOnce(attack, 36);
    const first = await attack.succeed(maintain);
    expect(first.stdout).not.toContain('left alone');
    const replayed = await attack.succeed(['replay', '--partition', '0', '--from-offset', '10', '--to-offset', '20']);
    expect(replayed.stdout).toContain('the rows of 1 later files taken into its merged files');
    await attack.append(10, { hour: () => 0 });
    await attack.consumeToEnd();
    await attack.succeed(maintain);
    await expectOnce(attack, 45);
    const aged = await attack.succeed(maintain, daysLater);
    expect(aged.stdout).toContain('5 files');
    await expectOnce(attack, 45);
    for (const each of frozen) expect(await wake(each)).toBe(0);
    await attack.succeed(maintain);
    await expectOnce(attack, 45);
    const again = await attack.succeed(maintain, daysLater);
    expect(again.stdout).toContain('nothing to do');
  });

  it('maintainers killed at each step, one after the other: the next ones end it', async () => {
    const attack = await hourOfFiles();
    for (const moment of ['afterNote', 'afterMergedPut', 'beforeMove', 'afterMove'] as const) {
      await attack.startUntil(kill(moment), maintain);
      await expectOnce(attack, 36);
    }
    await attack.succeed(maintain);
    await expectOnce(attack, 36);
    await attack.startUntil(kill('beforeDelete'), maintain, daysLater);
    await attack.succeed(maintain, daysLater);
    await expectOnce(attack, 36);
  });
});
