import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * `npm run fuzz -- --minutes 30 [--seed 1] [file …]`: tries every property of the tests, and those of test/fuzz, on random input for that long, with a fresh
 * seed each time. Prints how many tries each had, and how many records the scanner's had in them; the first failure ends its property with the smallest input found, and the seed that repeats it.
 */
const { values: chosen, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' } },
});

/** A property that takes this much longer than its share hangs. */
const patience = 3;
const slackMs = 120_000;

const files = globSync('test/{unit,fuzz}/**/*.{test,fuzz}.ts').filter(
  (file) => propertiesIn(file) > 0 && (positionals.length === 0 || positionals.some((part) => file.includes(part))),
);
const properties = files.reduce((sum, file) => sum + propertiesIn(file), 0);
const totalMs = Number(chosen.minutes) * 60_000;
const workers = Math.min(files.length, availableParallelism());
const seconds = Math.max(0.1, (totalMs * workers) / properties / 1000);
const seed = chosen.seed ?? String(Math.floor(Math.random() * 2 ** 31));
const counts = join('.cache', 'fuzz', `counts-${seed}.jsonl`);

rmSync(counts, { force: true });
mkdirSync(join('.cache', 'fuzz'), { recursive: true });
console.log(`${properties} properties in ${files.length} files, ${seconds.toFixed(1)} s each, seed ${seed}`);
const { status, error } = spawnSync(
  'npx',
  ['vitest', 'run', '--project', 'fuzz', '--maxWorkers', String(workers), ...files],
  {
    stdio: 'inherit',
    timeout: totalMs * patience + slackMs,
    env: { ...process.env, FUZZ_SECONDS: String(seconds), FUZZ_SEED: seed, FUZZ_COUNTS: counts },
  },
);
for (const line of readFileSync(counts, 'utf8').split('\n')) {
  if (line === '') continue;
  const { name, runs, records } = JSON.parse(line);
  console.log(`${String(runs).padStart(10)} tries  ${name}${records > 0 ? `, ${records} records` : ''}`);
}
if (error !== undefined) console.log(`a property hangs: ${error.message}`);
process.exitCode = status ?? 1;

function propertiesIn(file: string): number {
  return [...readFileSync(file, 'utf8').matchAll(/\bruns\(\d*\)/g)].length;
}
