import { parseArgs } from 'node:util';
import { sumOf } from './lakes/count-requests.ts';
import { simulateDay, type MeasuredCommit } from './lakes/simulated-day.ts';

/**
 * `npm run iceberg-day [-- --commits 1440 --partitions 4 --records 100]`: a day of an Iceberg table at one commit a minute. Says what a commit costs
 * at the day's beginning and at its end, and how large the table's metadata has become.
 */
const { values } = parseArgs({
  options: {
    commits: { type: 'string', default: '1440' },
    partitions: { type: 'string', default: '4' },
    records: { type: 'string', default: '100' },
  },
});

const shown = 100;

const commits = await Array.fromAsync(
  simulateDay({
    commits: Number(values.commits),
    partitions: Number(values.partitions),
    records: Number(values.records),
  }),
);

say(`the first ${shown}`, commits.slice(0, shown));
say(`the last ${shown}`, commits.slice(-shown));
say('all', commits);

function say(name: string, some: readonly MeasuredCommit[]): void {
  const of = (figure: (commit: MeasuredCommit) => number): readonly number[] =>
    some.map(figure).toSorted((one, other) => one - other);
  const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0;
  const spread = (sorted: readonly number[], digits = 0): string =>
    `${median(sorted).toFixed(digits)}, at most ${(sorted.at(-1) ?? 0).toFixed(digits)}`;
  process.stdout.write(`${name}: ${some.length} commits
  CPU milliseconds   ${spread(
    of(({ cpuMs }) => cpuMs),
    1,
  )}
  requests to store  ${spread(of(({ requests }) => sumOf(requests)))}
  metadata, bytes    ${spread(of(({ metadataBytes }) => metadataBytes))}
  list, bytes        ${spread(of(({ listBytes }) => listBytes))}
  manifests          ${spread(of(({ manifests }) => manifests))}
  manifests, bytes   ${spread(of(({ manifestBytes }) => manifestBytes))}
  snapshots          ${spread(of(({ snapshots }) => snapshots))}
`);
}
