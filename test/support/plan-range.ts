import { planSelection } from '../../src/commands/plan-selection.ts';
import type { CommitTools } from '../../src/consumer/commit/tools/commit-tools.ts';
import type { FakeTopic } from '../fakes/fake-topic.ts';
import { testTable, testTopic } from './lake.ts';

interface RangeToReplay {
  readonly from: bigint;
  readonly to: bigint;
  readonly allowLoss?: boolean;
}

/** Plans the replay of a range of partition 0, as the command does. */
export async function planRange(
  { ledger }: Pick<CommitTools, 'ledger'>,
  topic: FakeTopic,
  { from, to, allowLoss = false }: RangeToReplay,
) {
  return planSelection(
    { all: false, partition: 0, fromOffset: from, toOffset: to },
    {
      reader: topic,
      ledger,
      description: await topic.describe(),
      table: testTable,
      topic: testTopic,
      groupId: 'none',
      beginsAnywhere: false,
      allowLoss,
    },
  );
}
