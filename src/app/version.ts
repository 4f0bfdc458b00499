import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface Version {
  readonly version: string;
  /** Commit the program was built from; `-dirty` behind it when files were changed. `undefined` where nobody wrote it down. */
  readonly commit: string | undefined;
  readonly node: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Tells which program this is: from package.json, and from the file `dist/commit` of a build or git in a checkout. */
export function readVersion(): Version {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(`${root}package.json`, 'utf8')));
  return { version, commit: builtCommit() ?? checkedOutCommit(), node: process.versions.node };
}

/** One line for people. */
export function describeVersion({ version, commit, node }: Version): string {
  return `glueless ${version} (${commit === undefined ? '' : `commit ${commit}, `}Node ${node})`;
}

function builtCommit(): string | undefined {
  const file = fileURLToPath(new URL('../commit', import.meta.url));
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function checkedOutCommit(): string | undefined {
  // a package inside of somebody else's repository must not tell their commit
  if (!existsSync(`${root}.git`)) return undefined;
  try {
    const args = ['-C', root, 'describe', '--always', '--dirty', '--abbrev=12', '--exclude', '*'];
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
