import { parseArgs } from 'node:util';
import { createLocalObjectStore } from '../src/lake/store/local-object-store.ts';
import { folderWrittenOnce } from './lakes/folder-written-once.ts';
import { outputOf } from './lakes/limited-memory.ts';
import { auditMergedYear, openMergedYear, writeMergedYear } from './lakes/merged-year-lake.ts';

/**
 * `npm run merged-year [-- --batches 500000]`: an Iceberg table after a year of a batch a minute in four Kafka partitions, of which upkeep has merged
 * every hour: two million entries, none of whose files is there any more. Measures what the audit needs, in a process with the image's memory settings.
 */
const { values: chosen, positionals } = parseArgs({
  allowPositionals: true,
  options: { batches: { type: 'string', default: '500000' } },
});

const batches = Number(chosen.batches);
const folder = await folderWrittenOnce(['merged-year', String(batches)], async (root) =>
  writeMergedYear({ batches, overlay: createLocalObjectStore({ root }) }),
);

interface Measured {
  readonly result: string;
  readonly seconds: number;
  readonly peakMegabytes: number;
}

function measureApart(job: string): void {
  const output = outputOf('scripts/merged-year.ts', [`--batches=${batches}`, job]);
  const { result, seconds, peakMegabytes }: Measured = JSON.parse(output);
  process.stdout.write(`${job}: ${result}; ${seconds.toFixed(1)} s, peak ${peakMegabytes.toFixed(0)} MB\n`);
}

const [job] = positionals;
if (job === undefined) for (const each of ['verify', 'verify --deep']) measureApart(each);
else {
  const lake = await openMergedYear({ batches, overlay: createLocalObjectStore({ root: folder }) });
  const beganMs = performance.now();
  const result = await auditMergedYear(lake, job.endsWith('--deep'));
  const seconds = (performance.now() - beganMs) / 1000;
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ result, seconds, peakMegabytes }));
}
