import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Attack } from '../../support/attack.ts';
import { kill } from '../../support/moments.ts';

const toEnd = ['consume', '--until-end'];
type Entry = Record<string, unknown>;

/** Two batches of partition 0 and one of partition 1 in the lake, and more records to come. */
async function consumed(): Promise<Attack> {
  const attack = await Attack.open({ partitions: 2 });
  await attack.append(50, { partition: 1 });
  await attack.append(100);
  await attack.consumeToEnd({ BATCH_ROWS_MAX: '50' });
  await attack.append(20);
  return attack;
}

function pathOf(attack: Attack, from: number, partition = 0): string {
  const name = `${String(from).padStart(20, '0')}.json`;
  return join(attack.folder, '_ledger', attack.table, attack.topic, String(partition), name);
}

async function newestOf(path: string): Promise<string> {
  let newest = path;
  for (let version = 2; ; version++) {
    const next = await readFile(`${path}@${version}`).catch(() => undefined);
    if (next === undefined) return newest;
    newest = `${path}@${version}`;
  }
}

/** The newest version of an entry, with its versions before it gone. */
async function takeEntry(path: string): Promise<Entry> {
  const newest = await newestOf(path);
  const text = await readFile(newest, 'utf8');
  if (newest !== path) await rm(newest);
  return JSON.parse(text);
}

async function change(path: string, edit: (entry: Entry) => unknown): Promise<void> {
  const edited = edit(await takeEntry(path));
  await writeFile(path, typeof edited === 'string' ? edited : JSON.stringify(edited));
}

async function expectStops(attack: Attack, code: string): Promise<void> {
  const consume = await attack.run(toEnd, { STALL_SECONDS: '20' });
  expect({ code: consume.code, said: consume.stderr }).toEqual({ code: 1, said: expect.stringContaining(code) });
  const { doubled, wrong } = await attack.count();
  expect({ doubled, wrong }).toEqual({ doubled: 0, wrong: 0 });
}

/** The audit names what is wrong, and goes on with the other partition. */
async function expectNamed(attack: Attack, what: string): Promise<void> {
  const { code, stdout, stderr } = await attack.run(['verify', '--json']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  const { findings, partitions } = JSON.parse(stdout);
  expect(JSON.stringify(findings)).toContain(what);
  expect(partitions).toContainEqual(expect.objectContaining({ partition: 1, rows: 50 }));
}

describe('a ledger entry', () => {
  it.each<[string, (entry: Entry) => unknown]>([
    ['whose end is not behind its begin', (entry) => ({ ...entry, to: entry['from'] })],
    ['that is cut in the middle', (entry) => JSON.stringify(entry).slice(0, 80)],
    ['of another partition', (entry) => ({ ...entry, partition: 1 })],
    ['of another range', (entry) => ({ ...entry, from: '40' })],
  ])('%s: consume stops and names it, verify names it and goes on', async (_what, edit) => {
    const attack = await consumed();
    await change(pathOf(attack, 50), edit);
    await expectStops(attack, 'LEDGER_CORRUPT');
    await expectNamed(attack, '00000000000000000050.json');
  });

  it('of a newer version of the program: asks for the upgrade', async () => {
    const attack = await consumed();
    await change(pathOf(attack, 50), (entry) => ({ ...entry, format: 99 }));
    await expectStops(attack, 'LEDGER_NEWER');
    await expectNamed(attack, '00000000000000000050.json');
    const replay = await attack.run(['replay', '--all']);
    expect({ code: replay.code, said: replay.stderr }).toEqual({
      code: 1,
      said: expect.stringMatching(/newer version/),
    });
  });

  it('that holds a claim of a newer version: is not fulfilled', async () => {
    const attack = await Attack.open();
    await attack.append(50);
    await attack.startUntil(kill('afterClaim'), toEnd);
    await change(pathOf(attack, 0), (entry) => ({ ...entry, format: 99 }));
    await expectStops(attack, 'LEDGER_NEWER');
  });
});

describe('a ledger without the entry', () => {
  it.each(['0', '20'])('at %s: verify prints the replay that fills the hole with what Kafka holds', async (from) => {
    const attack = await Attack.open();
    await attack.append(60);
    await attack.consumeToEnd({ BATCH_ROWS_MAX: '20' });
    await rm(await newestOf(pathOf(attack, Number(from))));
    await rm(pathOf(attack, Number(from)), { force: true });
    const { code, stdout } = await attack.run(['verify']);
    expect(code).toBe(1);
    const printed = /glueless (replay --partition 0 --from-offset \d+ --to-offset \d+)/.exec(stdout)?.[1] ?? '';
    expect((await attack.succeed(printed.split(' '))).stdout).toContain(
      'its ledger entry is gone, will be written again',
    );
    await attack.expectWhole();
  });
});

describe('a file in the ledger’s folder that is not an entry', () => {
  it.each(['notes.txt', '00000000000000000050.json.bak', '.DS_Store'])(
    '%s: named, and nothing is lost',
    async (name) => {
      const attack = await consumed();
      await writeFile(join(pathOf(attack, 0), '..', name), 'not ours');
      expect([0, 1]).toContain((await attack.run(toEnd)).code);
      await expectNamed(attack, name);
      await rm(join(pathOf(attack, 0), '..', name));
      await attack.consumeToEnd();
      await attack.expectExactlyOnce();
    },
  );
});
