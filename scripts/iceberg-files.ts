import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLocalObjectStore } from '../src/lake/store/local-object-store.ts';
import { folderWrittenOnce } from './lakes/folder-written-once.ts';
import { jobs } from './lakes/large-table-jobs.ts';
import { openLargeTable, writeLargeTable } from './lakes/large-table.ts';
import { outputOf } from './lakes/limited-memory.ts';

/**
 * `npm run iceberg-files [-- --files 100000]`: an Iceberg table of so many files. Writes its metadata once, into .cache/iceberg-files, then
 * measures, each on a copy and in a process of its own with the image's limits of memory, what commands need that look at all files.
 */
const { values: chosen, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '100000' },
    at: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});

const files = Number(chosen.files);

interface Measured {
  readonly result: string;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

async function measure(name: string, root: string): Promise<Measured> {
  const result = await jobs[name]?.(await openLargeTable(files, createLocalObjectStore({ root })));
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    result: result ?? 'no such job',
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMegabytes: maxRSS / 1024,
  };
}

async function measureApart(name: string, folder: string): Promise<void> {
  const at = await mkdtemp(join(tmpdir(), 'iceberg-files-'));
  await cp(folder, at, { recursive: true });
  const output = outputOf('scripts/iceberg-files.ts', [`--files=${files}`, `--at=${at}`, name]);
  await rm(at, { recursive: true, force: true });
  const { result, cpuSeconds, peakMegabytes }: Measured = JSON.parse(output);
  process.stdout.write(`${name}: ${result}; ${cpuSeconds.toFixed(1)} s of CPU, peak ${peakMegabytes.toFixed(0)} MB\n`);
}

const [job] = positionals;
if (job !== undefined && chosen.at !== undefined) process.stdout.write(JSON.stringify(await measure(job, chosen.at)));
else {
  const folder = await folderWrittenOnce(['iceberg-files', String(files)], async (root) =>
    writeLargeTable(await openLargeTable(files, createLocalObjectStore({ root }))),
  );
  for (const name of Object.keys(jobs)) if (name.startsWith(chosen.only)) await measureApart(name, folder);
}
