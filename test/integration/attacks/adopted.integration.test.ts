import { execFile } from 'node:child_process';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { Attack, wake } from '../../support/attack.ts';
import { loadTable } from '../../support/iceberg-lake.ts';
import { temporaryFolder } from '../../support/lake.ts';
import { provideIcebergReaders, readWithPyiceberg } from '../../support/iceberg-readers.ts';
import { localIcebergCatalog } from '../../support/local-iceberg-catalog.ts';
import { freeze, kill } from '../../support/moments.ts';

beforeAll(async () => {
  await provideIcebergReaders();
});

describe('a member that goes on with a Hive table which an Iceberg table has adopted', () => {
  it.each(['beforeClaim', 'afterClaim', 'beforePut', 'beforeCommit'] as const)(
    'is refused when it wakes up from %s: the new table has each record once',
    async (moment) => {
      const attack = await Attack.open();
      await attack.append(100);
      await attack.consumeToEnd();
      await attack.append(40);
      const sleeper = await attack.startUntil(freeze(moment), ['consume']);
      await attack.succeed(adoption(attack));
      expect(await wake(sleeper)).toBe(1);
      expect(sleeper.log).toContain('LEDGER_CLOSED');
      expect(await rowsOfNew(attack)).toBe(140);
    },
  );

  it('stops at its next batch, and when it is started again', async () => {
    const attack = await Attack.open();
    await attack.append(100);
    const member = attack.start(['consume']);
    await member.untilLogged(/batch committed/);
    await attack.succeed(adoption(attack));
    await attack.append(40);
    expect(await member.ended()).toBe(1);
    expect(member.log).toContain(`LAKE_TABLE=${attack.table}_iceberg`);
    const late = await attack.run(['consume', '--until-end']);
    expect(late).toMatchObject({ code: 1, stderr: expect.stringContaining('LEDGER_CLOSED') });
    await attack.succeed(['verify', '--deep']);
    expect(await rowsOfNew(attack)).toBe(140);
  });
});

describe('a Hive table whose new table is given up, as docs/iceberg.md says', () => {
  it.each(['afterClaim', 'afterPut', 'beforeCommit'] as const)(
    'goes on, with each record once, though a member was killed %s before the adoption',
    async (moment) => {
      const attack = await Attack.open();
      await attack.append(100);
      await attack.consumeToEnd();
      await attack.append(40);
      await attack.startUntil(kill(moment), ['consume', '--until-end'], { BATCH_ROWS_MAX: '30' });
      await attack.succeed(adoption(attack));
      expect(await rowsOfNew(attack)).toBe(140);
      await giveUp(attack);
      await attack.append(20);
      await attack.consumeToEnd({ BATCH_ROWS_MAX: '70' });
      const { rows } = await attack.expectWhole();
      expect(rows).toBe(160);
      await attack.succeed(['replay', '--all']);
      await attack.succeed(adoption(attack));
      expect(await rowsOfNew(attack)).toBe(160);
    },
  );
});

/** Takes the steps of docs/iceberg.md, with its own command for the ledger. */
async function giveUp(attack: Attack): Promise<void> {
  const { folder, table } = attack;
  const { stdout } = await attack.run(['verify']);
  for (const [, key = ''] of stdout.matchAll(/^object-unlisted: (\S+) /gm))
    await rename(join(folder, key), join(await temporaryFolder(), 'moved.parquet'));
  const page = await readFile(join(import.meta.dirname, '../../../docs/iceberg.md'), 'utf8');
  const drop = /`(rm _catalog[^`]*)`/.exec(page)?.[1] ?? '';
  const open = /`(grep -rl [^`]*)`/.exec(page)?.[1] ?? '';
  const shell = async (line: string) =>
    promisify(execFile)('sh', ['-c', line.replaceAll('<database>', 'glueless').replaceAll('readings', table)], {
      cwd: folder,
    });
  await shell(`${drop} || true`);
  const catalog = join(folder, '_catalog/glueless');
  const versions = (await readdir(catalog)).filter((name) => name.startsWith(`${table}.json`));
  const newest = join(catalog, `${table}.json@${versions.length}`);
  const { parameters, ...rest } = JSON.parse(await readFile(newest, 'utf8'));
  delete parameters['glueless.adopted-by'];
  await writeFile(newest, JSON.stringify({ ...rest, parameters }));
  await shell(open);
  for (const left of [`_ledger/${table}_iceberg`, `${table}_iceberg`])
    await rm(join(folder, left), { recursive: true });
}

function adoption({ table }: Attack): string[] {
  return ['iceberg', 'adopt', '--as', `${table}_iceberg`];
}

/** Lets the new table's service write the rest; answers with its rows, each of another record, as PyIceberg counts them. */
async function rowsOfNew(attack: Attack): Promise<number> {
  const name = `${attack.table}_iceberg`;
  const env = { LAKE_TABLE: name, TABLE_FORMAT: 'iceberg', COMMIT_SECONDS: '1' };
  await attack.consumeToEnd(env);
  await attack.succeed(['verify', '--deep'], env);
  const { metadataLocation } = await loadTable({ iceberg: localIcebergCatalog(attack.folder) }, name);
  const { rows, distinct } = (await readWithPyiceberg({ metadata: metadataLocation, snapshots: true })).snapshots.at(
    -1,
  ) ?? {
    rows: 0,
    distinct: 0,
  };
  expect(rows - distinct).toBe(0);
  return rows;
}
