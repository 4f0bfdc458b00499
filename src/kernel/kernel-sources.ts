import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const folder = new URL('assembly/', import.meta.url);

/** Gives a fingerprint of the kernel's sources, 64 hexadecimal digits; `undefined` where they are not shipped. */
export function fingerprintOfSources(): string | undefined {
  if (!existsSync(folder)) return undefined;
  const hash = createHash('sha256');
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  for (const name of names.toSorted()) hash.update(name).update(readFileSync(new URL(name, folder)));
  return hash.update(readFileSync(new URL('../kinds.ts', folder))).digest('hex');
}

/** Gives the file with the fingerprint of the sources that the kernel at `path` was built of. */
export function fingerprintFile(path: string): string {
  return `${path}.sources`;
}
