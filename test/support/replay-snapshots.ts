import type { CommitTools } from '../../src/consumer/commit/tools/commit-tools.ts';
import { isWritten } from '../../src/consumer/ledger/entry/ledger-entry.ts';
import type { ObjectStore } from '../../src/consumer/ports/lake.ts';
import { groupForSnapshots, planReplay } from '../../src/consumer/replay/replay-plan.ts';
import { replayGroup } from '../../src/consumer/replay/replay.ts';
import { hyparquetReader } from '../../src/parquet/read/parquet-reader.ts';
import type { FakeTopic } from '../fakes/fake-topic.ts';
import { testPath } from './lake.ts';
import { redriveEntry, wideLimits } from './redrive-all.ts';

const path = testPath();

/** Replays a range of partition 0 of an Iceberg table, as the command does. */
export async function replaySnapshots(
  tools: CommitTools,
  topic: FakeTopic,
  range: { readonly from: bigint; readonly to: bigint },
): Promise<void> {
  const entries = await Array.fromAsync(tools.ledger.entries(path));
  const policy = { rowsMax: 1000, bytesMax: 1e6, ageMaxMs: 1000 };
  const { signal } = new AbortController();
  for (const group of groupForSnapshots(planReplay({ partition: 0, ...range }, entries, topic.marksOf(0))))
    await replayGroup(group, { reader: topic, tools, policy, signal });
}

/** Redrives the dead letters of all entries of partition 0. */
export async function redriveAll({ store }: { readonly store: ObjectStore }, tools: CommitTools): Promise<void> {
  for await (const current of tools.ledger.entries(path)) {
    const { entry } = current;
    const options = { tools, store, parquet: hyparquetReader, isDryRun: false, limits: wideLimits };
    if (isWritten(entry)) await redriveEntry({ ...current, entry }, options);
  }
}
