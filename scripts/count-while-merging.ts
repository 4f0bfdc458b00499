import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { cacheFolder, onceIn } from '../src/devstack/cache.ts';
import { environmentOfTheImage } from './lakes/limited-memory.ts';
import { database, table, writeSmallFiles } from './lakes/small-files.ts';
import { shapes } from './lakes/small-rows.ts';

/**
 * `npm run count-while-merging [-- --format iceberg --files 2000 --rows 2000 --shape wide --width 500]`: small files of one hour are merged by `glueless maintain`, a process
 * of its own with the image's limits of memory, while a reader in Python counts the table's rows all the while, and once more afterwards.
 */
const { values } = parseArgs({
  options: {
    format: { type: 'string', default: 'hive' },
    files: { type: 'string', default: '2000' },
    rows: { type: 'string', default: '2000' },
    shape: { type: 'string', default: 'ward' },
    width: { type: 'string', default: '500' },
  },
});

const format = z.enum(['hive', 'iceberg']).parse(values.format);
const shape = z.enum(shapes).parse(values.shape);
const [files, rowsPerFile] = [Number(values.files), Number(values.rows)];
const rows = files * rowsPerFile;

const usageSchema = z.object({ userCPUTime: z.number(), systemCPUTime: z.number(), maxRSS: z.number() });
const countSchema = z.object({ reads: z.number(), wrong: z.number(), examples: z.array(z.string()) });

/** Lets a process say at its end, on file descriptor 3, what it needed. */
const tellUsage = `data:text/javascript,import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, JSON.stringify(process.resourceUsage())))`;

const root = await mkdtemp(join(tmpdir(), 'count-while-merging-'));
try {
  await writeSmallFiles({ root, format, files, rowsPerFile, shape, width: Number(values.width) });
  const python = await providePython();
  const reader = await startReader(python);
  const usage = await maintain();
  const beside = await endReader(reader);
  const last = await endReader(await startReader(python));
  process.stdout.write(`${format}: ${files} files with ${rows} rows
  counted meanwhile  ${beside.reads} times, ${beside.wrong} wrong ${beside.examples.join('; ')}
  counted at the end ${last.reads} times, ${last.wrong} wrong ${last.examples.join('; ')}
  CPU seconds        ${((usage.userCPUTime + usage.systemCPUTime) / 1e6).toFixed(1)}
  peak memory        ${(usage.maxRSS / 1024).toFixed(0)} MiB
`);
  process.exitCode = beside.wrong + last.wrong === 0 && beside.reads > 0 ? 0 : 1;
} finally {
  await rm(root, { recursive: true, force: true });
}

async function maintain(): Promise<z.infer<typeof usageSchema>> {
  const env = {
    ...environmentOfTheImage(),
    LAKE: root,
    LAKE_DATABASE: database,
    LAKE_TABLE: table,
    TABLE_FORMAT: format,
    MERGE_HIVE_FILES: 'true',
    KAFKA_BROKERS: 'nowhere.invalid:9094',
  };
  const child = spawn(process.execPath, [`--import=${tellUsage}`, 'src/cli.ts', 'maintain'], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const told = child.stdio[3];
  if (told === undefined || told === null || !('read' in told)) throw new Error('the process has no pipe');
  const [usage, [code]] = await Promise.all([text(told), once(child, 'exit')]);
  if (code !== 0) throw new Error(`glueless maintain ended with ${String(code)}`);
  return usageSchema.parse(JSON.parse(usage));
}

/** A Python in `.cache` with the packages that the reader needs. */
async function providePython(): Promise<string> {
  const packages = ['pyiceberg==0.12.0', 'pyarrow==21.0.0'];
  const folder = cacheFolder('count-while-merging');
  const python = join(folder, 'venv', 'bin', 'python');
  await onceIn(folder, packages.join('_').replaceAll('=', '-'), async () => {
    execFileSync('python3', ['-m', 'venv', '--clear', join(folder, 'venv')]);
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
  });
  return python;
}

interface Reader {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
}

async function startReader(python: string): Promise<Reader> {
  const args = ['scripts/lakes/count-rows.py', root, database, table, String(rows)];
  const child = spawn(python, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  if (value !== 'ready') throw new Error('the reader did not start');
  return { child, lines };
}

/** Lets it end with the read that it has begun. */
async function endReader({ child, lines }: Reader): Promise<z.infer<typeof countSchema>> {
  child.kill('SIGTERM');
  const { value } = await lines.next();
  return countSchema.parse(JSON.parse(String(value)));
}
