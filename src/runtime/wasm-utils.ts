import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Loads lz4, snappy and CRC-32C when they are first needed: that takes 10 ms and 3 MB, and most processes never need them. */
export function wasmUtils(): typeof import('@platformatic/wasm-utils') {
  return require('@platformatic/wasm-utils');
}
