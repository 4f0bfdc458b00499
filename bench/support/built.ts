import { join } from 'node:path';

/** Path of the built JavaScript of a file in `bench/contenders`: measured processes compile no TypeScript. */
export function builtContender(name: string): string {
  return join('.cache', 'bench', 'built', `${name}.js`);
}
