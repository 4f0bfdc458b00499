import { defineConfig } from 'rolldown';

/** Puts the program's modules into few files, which start faster; packages stay packages, as they were installed. */
export default defineConfig({
  input: { cli: 'src/cli.ts', 'devstack/write-certificates': 'src/devstack/write-certificates.ts' },
  platform: 'node',
  external: /^[^./]/,
  output: { dir: 'dist', cleanDir: true, sourcemap: true, chunkFileNames: 'modules/[name]-[hash].js' },
});
