import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorsPage, errorsPath } from '../../../scripts/docs/errors-page.ts';
import { exitCodeOf } from '../../../src/app/observe/exit-codes.ts';
import { errorGroups, factsOfError, type ErrorCode } from '../../../src/runtime/error-codes/error-codes.ts';
import { fetchFailure, messageOf, PipelineError } from '../../../src/runtime/errors.ts';

const root = resolve(import.meta.dirname, '../../..');
const codes = Object.values(errorGroups).flatMap((group) => Object.keys(group).filter(isErrorCode));
const source = sourceOutside('runtime/error-codes');

describe.each(codes)('the error code %s', (code) => {
  const { meaning, action, retryable, exit } = factsOfError(code);

  it('says in sentences what it means and what to do', () => {
    expect(meaning).toMatch(/^[A-Z`].{15,}\.$/);
    expect(action).toMatch(/^[A-Z`].{15,}\.$/);
  });

  it('is used', () => {
    expect(source.includes(`'${code}'`)).toBe(true);
  });

  it('is tried again where the page says so', () => {
    const upToFlag = '(?:(?!PipelineError\\()[^])*?retryable: (true|false)';
    const thrown = source.matchAll(new RegExp(`PipelineError\\('${code}', \\{${upToFlag}`, 'g'));
    const said = new Set([...thrown].map(([, value]) => value));
    const excluded = { always: 'false', never: 'true', sometimes: 'neither' }[retryable];
    expect([...said]).not.toContain(excluded);
  });

  it('ends a process with its exit code', () => {
    const error = new PipelineError(code, { message: 'x', retryable: false });
    expect(exitCodeOf(error)).toBe(exit ?? 1);
    expect(exitCodeOf(error) === 2).toBe(code === 'CONFIG_INVALID' || code === 'USAGE_INVALID');
  });
});

describe('the reason of a failure', () => {
  const refused = ['connect ECONNREFUSED 10.0.0.1:443', 'connect ECONNREFUSED 10.0.0.2:443'];

  it('names every address of a host that none answers at, though the error has no message', () => {
    expect(messageOf(new AggregateError(refused.map((message) => new Error(message))))).toBe(refused.join(', '));
  });

  it('of a request is that of its connection, not that fetch failed', async () => {
    const failed = fetch('http://127.0.0.1:1/', { signal: AbortSignal.timeout(10_000) });
    const error = await failed.catch((reason: unknown) => reason);
    expect(messageOf(error)).toBe('fetch failed');
    expect(fetchFailure(error)).not.toMatch(/^$|fetch failed/);
    expect(fetchFailure(new Error('stopped'))).toBe('stopped');
  });
});

describe('error codes', () => {
  it('have the page that they make', () => {
    const squeeze = (text: string): string => text.replaceAll(/[ -]*\|[ -]*/g, '|').replaceAll(/\s+/g, ' ');
    expect(squeeze(readFileSync(join(root, errorsPath), 'utf8'))).toBe(squeeze(errorsPage()));
  });

  it('stand in one group each', () => {
    expect(codes.length).toBeGreaterThan(50);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

function isErrorCode(name: string): name is ErrorCode {
  return /^[A-Z]+(_[A-Z]+)*$/.test(name);
}

function sourceOutside(folder: string): string {
  return readdirSync(join(root, 'src'), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes(folder))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}
