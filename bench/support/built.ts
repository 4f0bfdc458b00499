import { join } from 'node:path';

/** Built JavaScript of a file of `bench/contenders`: what is measured compiles no TypeScript. */
export function builtContender(name: string): string {
  return join('.cache', 'bench', 'built', 'bench', 'contenders', `${name}.js`);
}
