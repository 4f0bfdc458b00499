import { inspect, parseArgs } from 'node:util';
import { differenceBetween, readBothWays } from '../support/both-ways.ts';
import { randomBatch } from '../support/random-batch.ts';
import { ReadBack } from '../support/read-back.ts';

/**
 * `npm run fuzz:records -- --records 10000000 [--seed 1] [--batch 17]`: reads records of random topics by the scanner and by `JSON.parse`, and
 * compares all columns and the bytes of their Parquet files; pyarrow reads the files of some batches back. Each difference is told with the seed and the batch
 * that repeat it.
 */
const { values: chosen } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    batch: { type: 'string' },
    'read-back-every': { type: 'string', default: '100' },
  },
});

const batchRecordsMax = 12_000;
/** pyarrow compares value by value. */
const readBackRecordsMax = 2000;
const differencesMax = 20;
const sayEvery = 100_000;

const seed = Number(chosen.seed);
const wanted = chosen.batch === undefined ? Number(chosen.records) : 1;
const readBackEvery = chosen.batch === undefined ? Number(chosen['read-back-every']) : 1;
const startedMs = performance.now();
const counts = { batches: 0, records: 0, scanned: 0, deadLetters: 0, columns: 0, readBack: 0, differences: 0 };
await using readBack = await ReadBack.start();

for (let index = Number(chosen.batch ?? 0); counts.records < wanted && counts.differences < differencesMax; index++) {
  const saidAt = Math.floor(counts.records / sayEvery);
  await tryBatch(index).catch((error: unknown) => tell(index, inspect(error)));
  if (Math.floor(counts.records / sayEvery) > saidAt) say();
}
say();
process.exitCode = counts.differences === 0 ? 0 : 1;

async function tryBatch(index: number): Promise<void> {
  const batch = randomBatch(seed, index, batchRecordsMax);
  using both = await readBothWays(batch);
  const { reading, rejects, columns } = both.scanned;
  counts.batches++;
  counts.records += batch.records;
  counts.scanned += reading.scanned;
  counts.deadLetters += rejects.length;
  counts.columns += columns.length;
  const difference = await differenceBetween(both, batch);
  if (difference !== undefined) tell(index, difference);
  if (index % readBackEvery !== 0 || batch.records > readBackRecordsMax) return;
  counts.readBack += batch.records;
  for (const each of await readBack.differences(both, batch, index)) tell(index, JSON.stringify(each).slice(0, 1000));
}

function tell(index: number, difference: string): void {
  counts.differences++;
  console.log(`--seed ${seed} --batch ${index}: ${difference}`);
}

function say(): void {
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  console.log(JSON.stringify({ seed, ...counts, seconds, cpuSeconds: Math.round(process.cpuUsage().user / 1e6) }));
}
