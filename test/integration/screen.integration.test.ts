import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { kafkaEnvironment, ownNames } from '../support/cli.ts';
import { TerminalCli } from '../support/terminal-cli.ts';

const ctrlC = '\u0003';
/** Sequences that switch a terminal to something that a killed process would leave behind: a hidden cursor, another screen. */
const switches = new RegExp(String.raw`\u001b\[\?\d+[hl]`);

it('shows a service, a replay and an audit on a terminal, and leaves it clean', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'screen-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const env = { ...kafkaEnvironment(), ...ownNames(), LAKE: folder, BATCH_AGE_MAX_SECONDS: '0.5' };
  const { KAFKA_TOPIC: topic, LAKE_TABLE: table } = env;

  const plain = new TerminalCli(['produce', '--count', '1500', '--faults', '0.1', '--plain'], env);
  expect(await plain.ended()).toBe(0);
  const logged = plain.output.trim().split('\r\n');
  expect(logged.map((line) => JSON.parse(line)).at(-1)).toEqual({ topic, acknowledged: 1500 });

  const service = new TerminalCli(['consume'], env);
  const shown = async () => (await service.terminal.lines()).join('\n');
  const untilSeen = async (pattern: RegExp): Promise<void> => {
    await expect.poll(shown, { timeout: 60_000 }).toMatch(pattern);
  };
  await untilSeen(new RegExp(`^glueless .*${topic} → ${table} .*up \\d`, 'm'));
  await untilSeen(/^records .*\d rows .*dead letters \(.*\)/m);
  await untilSeen(/^last .*by age/m);
  await untilSeen(/^certificate +\d+ days left/m);
  service.resize(40, 30);
  await untilSeen(/^records .*\n +\S/m);
  service.type(ctrlC);
  expect(await service.ended()).toBe(130);
  const left = await service.terminal.lines();
  expect(left.join('\n')).toMatch(/^log .*stopped: everything/m);
  expect(left.join('\n')).not.toMatch(/^(glueless|memory|last) /m);
  expect(await service.terminal.cursor()).toEqual({ column: 0, line: left.length });
  expect(service.output).not.toMatch(switches);

  const replay = new TerminalCli(['replay', '--all'], env);
  expect(await replay.ended()).toBe(0);
  expect(replay.output).toMatch(/replaying.* ranges /s);
  expect((await replay.terminal.lines()).join('\n')).toMatch(/^replayed \d+ ranges of/m);

  const redrive = new TerminalCli(['redrive'], env);
  expect(await redrive.ended()).toBe(0);
  expect(redrive.output).toMatch(/redriving.*looked at/s);
  expect((await redrive.terminal.lines()).join('\n')).toMatch(/^0 dead letters of .* became rows, \d+ stay/m);
  const plainRedrive = new TerminalCli(['redrive', '--plain'], env);
  expect(await plainRedrive.ended()).toBe(0);
  expect(plainRedrive.output).not.toContain('redriving');

  const audit = new TerminalCli(['verify', '--deep'], env);
  expect(await audit.ended()).toBe(0);
  expect(audit.output).toContain('nothing found so far');
  expect((await audit.terminal.lines()).join('')).toContain('nothing lost, nothing doubled: 1500 records');
});
