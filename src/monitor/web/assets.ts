import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programFolder } from '../../runtime/program-folder.ts';

const folder = join(programFolder, 'monitor', 'assets');

const types = { 'style.css': 'text/css', 'live.js': 'text/javascript', 'icon.svg': 'image/svg+xml' } as const;

/** The files that pages refer to. */
export interface Assets {
  /** Changes with the files, so that browsers may keep them for ever. */
  readonly version: string;
  /** Text and type by name: `/style-0123abcd.css`. */
  readonly files: ReadonlyMap<string, { readonly type: string; readonly text: string }>;
}

/** Reads the files of `assets/`, which lie beside the program. */
export function readAssets(): Assets {
  const read = Object.entries(types).map(([name, type]) => ({
    name,
    type,
    text: readFileSync(join(folder, name), 'utf8'),
  }));
  const version = createHash('sha256')
    .update(read.map(({ text }) => text).join('\0'))
    .digest('hex')
    .slice(0, 8);
  const files = read.map(({ name, ...file }) => [`/${name.replace('.', `-${version}.`)}`, file] as const);
  return { version, files: new Map(files) };
}
