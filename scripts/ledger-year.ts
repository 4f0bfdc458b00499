import { parseArgs } from 'node:util';
import { createLocalObjectStore } from '../src/lake/store/local-object-store.ts';
import { sumOf, type Requests } from './lakes/count-requests.ts';
import { folderWrittenOnce } from './lakes/folder-written-once.ts';
import { jobs } from './lakes/ledger-year-jobs.ts';
import { outputOf } from './lakes/limited-memory.ts';
import { openYear, writeYear } from './lakes/year-lake.ts';

/**
 * `npm run ledger-year [-- --batches 500000]`: a year of a batch a minute in four Kafka partitions, two million ledger entries and as many
 * objects. Writes its segments once, into .cache/ledger-year, then measures, each in a process of its own that has the image's limits of memory,
 * how many requests, how long and how much memory it takes to start, to plan a replay and to audit.
 */
const { values: chosen, positionals } = parseArgs({
  allowPositionals: true,
  options: { batches: { type: 'string', default: '500000' } },
});

const batches = Number(chosen.batches);
// written by the first process, found by those that measure
const folder = await folderWrittenOnce(['ledger-year', String(batches)], async (root) => {
  await writeYear({ batches, overlay: createLocalObjectStore({ root }) }, (partition, segments) => {
    process.stdout.write(`partition ${partition}: ${segments} segments written\n`);
  });
});

interface Measured {
  readonly result: string;
  readonly requests: Requests;
  readonly seconds: number;
  readonly peakMegabytes: number;
}

async function measure(name: string): Promise<Measured> {
  const { lake, requests } = await openYear({ batches, overlay: createLocalObjectStore({ root: folder }) });
  const beganMs = performance.now();
  const result = await jobs[name]?.(lake);
  const seconds = (performance.now() - beganMs) / 1000;
  return { result: result ?? 'no such job', requests, seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
}

function measureApart(name: string): void {
  const output = outputOf('scripts/ledger-year.ts', [`--batches=${batches}`, name]);
  const { result, requests, seconds, peakMegabytes }: Measured = JSON.parse(output);
  const kinds = Object.entries(requests).filter(([, count]) => count > 0);
  process.stdout.write(
    `${name}: ${result}; ${sumOf(requests)} requests (${kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')}), ${seconds.toFixed(1)} s, peak ${peakMegabytes.toFixed(0)} MB\n`,
  );
}

const [job] = positionals;
if (job === undefined) for (const name of Object.keys(jobs)) measureApart(name);
else process.stdout.write(JSON.stringify(await measure(job)));
