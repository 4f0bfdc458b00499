import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkoutCommit } from '../../../src/app/version/checkout-commit.ts';
import { temporaryFolder } from '../../support/lake.ts';

function git(folder: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  return execFileSync('git', ['-C', folder, ...identity, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
}

async function repository(): Promise<string> {
  const folder = await temporaryFolder();
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'commit', '-q', '--allow-empty', '-m', 'first');
  return folder;
}

describe('the commit of a checkout', () => {
  it('is what git says: on a branch, packed, detached, and in another work tree', async () => {
    const folder = await repository();
    const expected = git(folder, 'rev-parse', '--short=12', 'HEAD');
    expect(checkoutCommit(folder)).toBe(expected);
    const tree = join(await temporaryFolder(), 'tree');
    git(folder, 'worktree', 'add', '-q', '-b', 'other', tree);
    expect(checkoutCommit(tree)).toBe(expected);
    git(folder, 'pack-refs', '--all');
    expect(checkoutCommit(folder)).toBe(expected);
    expect(checkoutCommit(tree)).toBe(expected);
    git(folder, 'checkout', '-q', '--detach');
    expect(checkoutCommit(folder)).toBe(expected);
  });

  it('is unknown outside of a repository, and before the first commit', async () => {
    const folder = await temporaryFolder();
    expect(checkoutCommit(folder)).toBeUndefined();
    git(folder, 'init', '-q', '-b', 'main');
    expect(checkoutCommit(folder)).toBeUndefined();
  });
});
