import { expect, it } from 'vitest';
import { simulateDay } from '../../../scripts/lakes/simulated-day.ts';

it('the table’s metadata hardly grows with the number of Kafka partitions: snapshots do not repeat their positions', async () => {
  const sizes = [1, 13].map(async (partitions) => {
    const commits = await Array.fromAsync(simulateDay({ commits: 20, partitions, records: 1 }));
    return commits.at(-1)?.metadataBytes ?? 0;
  });
  const [one = 0, many = 0] = await Promise.all(sizes);
  // the property itself, and a digit here and there in the counts of each snapshot
  expect(many - one).toBeLessThan(12 * 30 + 20 * 20);
});

it('a commit costs the same hours later: requests, the table’s metadata and the number of manifests do not grow', async () => {
  const commits = await Array.fromAsync(simulateDay({ commits: 235, partitions: 1, records: 1 }));
  // 100 commits apart, so that manifests were merged equally long ago; a file of metadata is forgotten later on
  const requestsOf = (commit: number) => ({ ...commits[commit]?.requests, delete: 0 });
  expect(requestsOf(229)).toEqual(requestsOf(29));
  expect(requestsOf(230)).toEqual(requestsOf(30));
  expect(Math.max(...commits.map(({ manifests }) => manifests))).toBeLessThanOrEqual(100);
  expect(Math.max(...commits.map(({ metadataBytes }) => metadataBytes))).toBeLessThan(100_000);
  // a commit that merges nothing reads no manifest, however many there are
  expect(commits[95]?.requests.get).toBe(commits[5]?.requests.get);
});
