import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { documentedVariables, readConfig } from '../../../src/app/config/config.ts';
import { temporaryFolder } from '../../support/lake.ts';

const cli = join(import.meta.dirname, '../../../src/cli.ts');
const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY-----\n';

/** Runs the command line; `reads: false` closes its output before the first byte, as a reader that has gone. */
async function glueless(args: readonly string[], env: Record<string, string>, reads = true) {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { PATH: process.env['PATH'], LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  if (!reads) child.stdout.destroy();
  child.stdout.on('data', (data: Buffer) => (output.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output.stderr += data.toString()));
  const [code] = await once(child, 'close');
  return { code: Number(code), ...output };
}

/** All variables but those that take PEM or passwords. */
const variables = documentedVariables
  .filter(({ secret, expected }) => secret !== true && !expected.startsWith('PEM'))
  .map(({ name }) => name);

const nobody = { KAFKA_BROKERS: '127.0.0.1:1' };

describe('the command line', () => {
  it('ends as it would have when nobody reads its output any more', async () => {
    const { code, stderr } = await glueless(['doctor'], nobody, false);
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });

  it.each([
    ['a private key', key],
    ['several lines', 'MIIEvQIBADAN\nMIIEvQIBADAN'],
    ['a secret with keys', JSON.stringify({ cert: key, key })],
    ['user and password', 'https://me:MIIEvQIBADAN@host:9094'],
  ])('prints nothing of %s that was put into the wrong variable', async (_what, value) => {
    const { code, stdout, stderr } = await glueless(
      ['doctor'],
      Object.fromEntries(variables.map((name) => [name, value])),
    );
    expect(code).toBe(2);
    expect(stdout + stderr).not.toMatch(/MIIE|BEGIN/);
    for (const name of ['KAFKA_BROKERS', 'KAFKA_TOPIC', 'AWS_ENDPOINT_URL'])
      expect(stderr).toContain(`${name}: expected`);
  });

  it.each(variables)('refuses a private key in %s before it is used', (name) => {
    expect(() => readConfig({ [name]: key })).toThrow(`${name}: `);
  });

  it('tells what stops a service in its log, also before it has one: alarms look there', async () => {
    const { code, stderr } = await glueless(['consume'], { ...nobody, BATCH_ROWS_MAX: 'many' });
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ level: 'fatal', code: 'CONFIG_INVALID', msg: 'stopped by a failure' });
  });

  it('prints no key that came as an option', async () => {
    const { code, stderr } = await glueless(['produce', '--count', key], nobody);
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/MIIE|BEGIN/);
  });
});

describe('options that can’t be meant', () => {
  it.each([
    [['produce', '--batch', '0'], 'expected a whole number above 0'],
    [['produce', '--partitions', '0'], 'expected a whole number above 0'],
    [['produce', '--replication', 'all'], 'expected a whole number'],
    [['demo', '--count', '0'], 'expected a whole number above 0'],
    [['replay', '--partition', '0', '--from-offset', '9', '--to-offset', '9'], 'nothing lies in [9, 9)'],
    [['replay', '--from-time', '2026-11-24', '--to-time', '2026-11-23'], 'nothing lies between these times'],
    [['replay'], 'say which records'],
    [['skip', '--partition', '0', '--offset', '1', '--reason', ' '], 'expected some words'],
  ])('are refused: %j', async (args, problem) => {
    const { code, stderr } = await glueless(args, nobody);
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
  });
});

describe('files that are not what they should be', () => {
  const thisFile = import.meta.filename;

  it('a file in the place of the lake', async () => {
    const { code, stderr } = await glueless(['consume'], { ...nobody, LAKE: thisFile });
    expect(code).toBe(1);
    expect(stderr).toContain('"code":"STORE_DENIED"');
    expect(stderr).toContain('LAKE must be a folder');
  });

  it('a text in the place of the certificate', async () => {
    const files = { KAFKA_TLS_CERT_FILE: thisFile, KAFKA_TLS_KEY_FILE: thisFile };
    const { code, stderr } = await glueless(['cert', 'inspect'], files);
    expect(code).toBe(1);
    expect(stderr).toContain('error CERT_UNREADABLE');
  });
});

describe('--version', () => {
  it('tells version, commit and Node', async () => {
    const { code, stdout } = await glueless(['--version'], {});
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^glueless \S+ \((commit [0-9a-f]{12}, )?Node \d+\.\d+\.\d+\)\n$/);
    expect(stdout).toContain(`glueless ${version} `);
  });
});

describe('an audit of nothing', () => {
  it.each(['verify', 'redrive'])('is no success: %s says that the ledger is empty', async (command) => {
    const lake = await temporaryFolder();
    const args = command === 'verify' ? [command, '--no-broker'] : [command];
    const { code, stdout, stderr } = await glueless(args, { LAKE: lake, LAKE_TABLE: 'mistyped' });
    expect(code).toBe(1);
    expect(stderr).toContain(
      `error LEDGER_EMPTY: the ledger in ${lake} holds nothing of the topic thermometer in the table mistyped`,
    );
    expect(stdout).not.toContain('nothing lost');
  });
});

it('is whole for a slow reader of a pipe, though the process ends right after it', async () => {
  const output = new URL('../../../src/app/observe/output.ts', import.meta.url);
  const program = `const { printLines, printed } = await import(${JSON.stringify(output.href)});
    printLines('x'.repeat(2_000_000));
    await printed();
    process.exit(3);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let length = 0;
  for await (const chunk of child.stdout) {
    length += String(chunk).length;
    await setImmediate();
  }
  expect([length, (await ended)[0]]).toEqual([2_000_001, 3]);
});
