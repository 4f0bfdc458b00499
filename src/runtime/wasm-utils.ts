import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** lz4, snappy and CRC-32C. Loaded when they are first needed: most processes never do, and it takes a hundredth of a second and 3 MB. */
export function wasmUtils(): typeof import('@platformatic/wasm-utils') {
  return require('@platformatic/wasm-utils');
}
