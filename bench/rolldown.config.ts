import { defineConfig } from 'rolldown';
import program from '../rolldown.config.ts';

const contenders = ['glueless-json', 'duckdb-json', 'kafkajs-produce', 'parquetjs-json'];

/** Builds what measured processes run as the program is built: they compile no TypeScript. */
export default defineConfig({
  ...program,
  input: Object.fromEntries(contenders.map((name) => [name, `bench/contenders/${name}.ts`])),
  output: { dir: '.cache/bench/built', sourcemap: true },
});
