import { describe, it } from 'vitest';
import { Attack, wake } from '../../support/attack.ts';
import { recordBytesLimit } from '../../support/known-records.ts';
import { freeze, kill } from '../../support/moments.ts';

const toEnd = ['consume', '--until-end'];
const strict = { RECORD_BYTES_MAX: recordBytesLimit };
const lax = { RECORD_BYTES_MAX: '100000' };

describe('a member frozen before its puts, whose batch another one finishes', () => {
  it.each([
    ['smaller', strict, lax],
    ['larger', lax, strict],
  ])('wakes up under a %s RECORD_BYTES_MAX: nothing lost, nothing doubled', async (_which, one, other) => {
    const attack = await Attack.open();
    await attack.append(100);
    const sleeper = await attack.startUntil(freeze('beforePut'), toEnd, one);
    await attack.consumeToEnd(other);
    await wake(sleeper);
    await attack.expectWhole();
  });

  it.each(['beforeClaim', 'afterClaim', 'beforeCommit', 'afterCommit'] as const)(
    'and which stood %s: nothing lost, nothing doubled',
    async (moment) => {
      const attack = await Attack.open();
      await attack.append(100);
      const sleeper = await attack.startUntil(freeze(moment), toEnd, { ...strict, BATCH_ROWS_MAX: '40' });
      await attack.consumeToEnd({ ...lax, BATCH_ROWS_MAX: '70' });
      await wake(sleeper);
      await attack.consumeToEnd();
      await attack.expectWhole();
    },
  );
});

describe('a member killed after its puts, whose claim another one adopts', () => {
  it.each<[string, Record<string, string>, Record<string, string>, string[]]>([
    ['a larger RECORD_BYTES_MAX', strict, lax, []],
    ['a smaller RECORD_BYTES_MAX', lax, strict, []],
    ['FIELDS_DENY', {}, { FIELDS_DENY: 'secret' }, ['secret']],
    ['FIELDS_ALLOW', {}, { FIELDS_ALLOW: 'n,eventTime,text' }, ['secret', 'other']],
    ['FIELDS_RENAME', {}, { FIELDS_RENAME: 'text=words' }, ['text']],
    ['SCHEMA_POLICY=frozen', {}, { SCHEMA_POLICY: 'frozen' }, []],
    ['SCHEMA_NUMBERS=split', {}, { SCHEMA_NUMBERS: 'split' }, []],
    ['SCHEMA_HINTS', {}, { SCHEMA_HINTS: 'n bigint' }, []],
    ['EVENT_TIME_FIELD', {}, { EVENT_TIME_FIELD: 'other' }, []],
    ['PARTITION_BY', {}, { PARTITION_BY: 'day' }, []],
    ['KAFKA_COLUMNS=false', {}, { KAFKA_COLUMNS: 'false' }, []],
  ])('with %s: nothing lost, nothing doubled', async (_what, one, other, optional) => {
    const attack = await Attack.open();
    await attack.append(100);
    await attack.startUntil(kill('beforeCommit'), toEnd, one);
    await attack.consumeToEnd(other);
    await attack.expectWhole(optional);
  });
});

describe('a member killed before the table exists, whose claim is adopted under another PARTITION_BY', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['hour, then day', { PARTITION_BY: 'hour' }, { PARTITION_BY: 'day' }],
    ['hour, then none', { PARTITION_BY: 'hour' }, { PARTITION_BY: 'none' }],
    ['none, then hour', { PARTITION_BY: 'none' }, { PARTITION_BY: 'hour' }],
    ['hour, then day by projection', { PARTITION_BY: 'hour' }, { PARTITION_BY: 'day', PARTITION_PROJECTION: 'true' }],
    ['day, then hour by projection', { PARTITION_BY: 'day' }, { PARTITION_BY: 'hour', PARTITION_PROJECTION: 'true' }],
  ])('%s: nothing lost, nothing doubled', async (_what, one, other) => {
    const attack = await Attack.open();
    await attack.append(90, { hour: (index) => Math.floor(index / 30) });
    await attack.startUntil(kill('afterClaim'), toEnd, one);
    await attack.consumeToEnd(other);
    await attack.append(30);
    await attack.consumeToEnd(other);
    await attack.succeed(['replay', '--all'], other);
    await attack.expectWhole();
  });
});
