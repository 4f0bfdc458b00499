import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageFolder, programFolder } from '../../runtime/program-folder.ts';
import { checkoutCommit } from './checkout-commit.ts';

export interface Version {
  readonly version: string;
  /** The commit that the program was built from or is checked out at; `undefined` where neither is known. */
  readonly commit: string | undefined;
  readonly node: string;
}

/** Tells which program this is: from package.json, and from the file `dist/commit` of a build or the checkout's repository. */
export function readVersion(): Version {
  const text = readFileSync(join(packageFolder, 'package.json'), 'utf8');
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(text));
  return { version, commit: builtCommit() ?? checkoutCommit(packageFolder), node: process.versions.node };
}

/** One line for people. */
export function describeVersion({ version, commit, node }: Version): string {
  return `glueless ${version} (${commit === undefined ? '' : `commit ${commit}, `}Node ${node})`;
}

/** The writer's name in files, in the form that readers of Parquet take apart. */
export function createdBy({ version, commit = 'unknown' }: Version): string {
  return `glueless version ${version} (build ${commit})`;
}

function builtCommit(): string | undefined {
  const file = join(programFolder, 'commit');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
