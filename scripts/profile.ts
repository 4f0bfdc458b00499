import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { kindOf } from '../bench/kinds/kinds.ts';
import { recordFile } from '../bench/kinds/record-file.ts';
import { builtContender } from '../bench/support/built.ts';

/** `npm run profile [-- --kind wide --records 1000000]`: where the time goes from records to Parquet, with no broker. */
const { values } = parseArgs({
  options: { kind: { type: 'string', default: 'regular' }, records: { type: 'string' } },
});
const folder = join('.cache', 'profile');
const shownMax = 30;

const profileSchema = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: z.object({ functionName: z.string(), url: z.string() }) })),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

build('--debug');
try {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'parquet'), { recursive: true });
  show(record(await fileOf(values.kind)));
} finally {
  build();
}

/** Builds the kernel (with names when `flags` say so) and the program of the benchmark. */
function build(...flags: readonly string[]): void {
  execFileSync('npx', ['asc', '--config', 'src/kernel/asconfig.json', ...flags], { stdio: 'inherit' });
  execFileSync('node', ['src/kernel/stamp-kernel.ts'], { stdio: 'inherit' });
  if (flags.length === 0) return;
  execFileSync('npx', ['rolldown', '-c', 'bench/rolldown.config.ts'], { stdio: 'inherit' });
  execFileSync('npx', ['asc', '--config', 'bench/contenders/asconfig.json'], { stdio: 'inherit' });
}

async function fileOf(name: string): Promise<string> {
  const kind = kindOf(name);
  return (await recordFile(kind, Number(values.records ?? kind.records), 1)).path;
}

/** Runs it under Node's profiler, and gives the profile's path. */
function record(file: string): string {
  const name = 'records-to-parquet.cpuprofile';
  const profiler = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}`, '--cpu-prof-interval=200'];
  const program = [builtContender('glueless-json'), file, join(folder, 'parquet')];
  execFileSync(process.execPath, ['--max-semi-space-size=8', ...profiler, ...program], {
    stdio: 'inherit',
  });
  return join(folder, name);
}

/** Prints the functions that took most time themselves. */
function show(path: string): void {
  const { nodes, samples, timeDeltas } = profileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url } }) => [id, `${functionName || '(no name)'}  ${shortUrl(url)}`]),
  );
  const own = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '(unknown)';
    own.set(name, (own.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const total = [...own.values()].reduce((sum, microseconds) => sum + microseconds, 0);
  for (const [name, microseconds] of [...own].toSorted(([, a], [, b]) => b - a).slice(0, shownMax)) {
    const share = ((microseconds / total) * 100).toFixed(1).padStart(5);
    console.log(`${share} %  ${(microseconds / 1000).toFixed(0).padStart(6)} ms  ${name}`);
  }
  console.log(`\n${path}: open it in Chrome's DevTools for the tree`);
}

function shortUrl(url: string): string {
  return url.startsWith('wasm:') ? 'kernel' : url.replace(/^.*\/(?=src\/|bench\/|node_modules\/)/, '');
}
