import { cp, glob, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Attack } from '../../support/attack.ts';
import { deleteBelow } from '../../support/kafka.ts';
import { temporaryFolder } from '../../support/lake.ts';
import { kill } from '../../support/moments.ts';

const group = { KAFKA_GROUP_ID: 'of-the-restored-lake' };

describe('a lake that was restored from a backup', () => {
  it('with an older ledger beside newer objects: stops with LEDGER_BEHIND, also where the group has forgotten its offsets', async () => {
    const attack = await Attack.open();
    const ledger = join(attack.folder, '_ledger');
    await attack.append(100);
    await attack.consumeToEnd(group);
    const backup = await temporaryFolder();
    await cp(ledger, backup, { recursive: true });
    await attack.append(100);
    await attack.consumeToEnd(group);
    await rm(ledger, { recursive: true });
    await cp(backup, ledger, { recursive: true });
    const noted = await attack.run(['consume', '--until-end'], group);
    const forgotten = await attack.run(['consume', '--until-end']);
    const replay = await attack.run(['replay', '--all']);
    for (const { code, stderr } of [noted, forgotten, replay])
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('LEDGER_BEHIND') });
    await attack.expectExactlyOnce();
  });

  it('with objects and no ledger: stops with LEDGER_BEHIND, also in a group of its own', async () => {
    const attack = await Attack.open();
    await attack.append(100);
    await attack.consumeToEnd();
    await rm(join(attack.folder, '_ledger'), { recursive: true });
    const { code, stderr } = await attack.run(['consume', '--until-end'], { BATCH_ROWS_MAX: '30' });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('LEDGER_BEHIND') });
    await attack.expectExactlyOnce();
  });

  it('with no catalog: stops with TABLE_MISSING before it makes a table of the next batch alone', async () => {
    const attack = await Attack.open();
    await attack.append(50);
    await attack.consumeToEnd();
    await rm(join(attack.folder, '_catalog'), { recursive: true });
    // also while nothing new comes
    const idle = await attack.run(['consume', '--until-end']);
    await attack.append(50);
    for (const { code, stderr } of [idle, await attack.run(['consume', '--until-end'])])
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('verify --repair') });
    await attack.run(['verify', '--repair']);
    await attack.consumeToEnd();
    await attack.expectWhole();
  });

  it('with no catalog, of an Iceberg table: all that writes stops before it does, and says what to register', async () => {
    const iceberg = { TABLE_FORMAT: 'iceberg', COMMIT_SECONDS: '1' };
    const attack = await Attack.open();
    await attack.append(50);
    await attack.consumeToEnd(iceberg);
    const catalog = join(attack.folder, '_catalog');
    await rename(catalog, `${catalog}.away`);
    for (const args of [['consume', '--until-end'], ['replay', '--all'], ['redrive']]) {
      const { code, stderr } = await attack.run(args, iceberg);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('newest metadata file') });
    }
    await rename(`${catalog}.away`, catalog);
    expect(await attack.run(['verify', '--deep'], iceberg)).toMatchObject({ code: 0 });
  });

  it('with a ledger and missing objects: verify names them, a replay puts them back', async () => {
    const attack = await Attack.open();
    await attack.append(100);
    await attack.consumeToEnd();
    await rm(join(attack.folder, attack.table), { recursive: true });
    await attack.append(50);
    await attack.consumeToEnd();
    const audit = await attack.run(['verify']);
    expect({ code: audit.code, said: audit.stdout }).toEqual({
      code: 1,
      said: expect.stringContaining('object-missing'),
    });
    await attack.succeed(['replay', '--all']);
    await attack.expectWhole();
    expect(await readdir(attack.folder)).toContain(attack.table);
  });

  it('with objects missing of which only obsolete ones are left: verify --repair keeps those', async () => {
    const attack = await Attack.open();
    await attack.append(100);
    await attack.consumeToEnd();
    await attack.startUntil(kill('beforeDelete'), ['replay', '--all']);
    for await (const object of glob(join(attack.folder, attack.table, '**/*-g2.parquet'))) await rm(object);
    expect((await attack.run(['verify', '--repair'])).code).toBe(1);
    await attack.expectExactlyOnce();
    await attack.consumeToEnd();
    await attack.expectExactlyOnce();
    await attack.run(['redrive']);
    await attack.expectExactlyOnce();
    await deleteBelow(attack.kafka, attack.topic, 0, 100n);
    await attack.run(['replay', '--all']);
    await attack.expectExactlyOnce();
  });
});
