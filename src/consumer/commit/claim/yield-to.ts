import type { Versioned } from '../../ledger/chain/entry-store.ts';
import {
  isWritten,
  listsObject,
  type ClaimedEntry,
  type WrittenEntry,
  type WrittenObject,
} from '../../ledger/entry/ledger-entry.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import { countsOf } from '../write/outcomes.ts';
import { discardOurs } from '../write/overtaken-entry.ts';
import type { StepRunner } from '../tools/step-runner.ts';

/** What this process has done for a range that another one has. */
export interface OwnWork {
  readonly claim: Versioned<ClaimedEntry>;
  readonly created: readonly WrittenObject[];
}

/**
 * Leaves the range to the process that has it. What we created under a generation that is passed is deleted. What we created under the
 * committed one holds records that the other no longer got from Kafka: it is added to the entry.
 */
export async function yieldTo(
  found: Versioned,
  { claim, created }: OwnWork,
  tools: CommitTools,
  step: StepRunner,
): Promise<void> {
  const { entry } = found;
  if (!isWritten(entry)) return;
  const { generation } = claim.entry;
  await discardOurs(entry, created, tools);
  const more = created.filter(({ key }) => entry.generation === generation && !listsObject(entry, key));
  if (more.length === 0) return;
  await step('register', () => tools.writer.register(more));
  const next = withObjects(entry, more);
  const replaced = await step('ledger', () => tools.ledger.replace(found, next));
  if (replaced.kind === 'theirs') return yieldTo(replaced.found, { claim, created }, tools, step);
  const before = { before: entry.outcome.objects, generation: entry.generation, isUnfinished: false };
  const objects = { ...before, after: next.outcome.objects };
  await step('snapshot', async () => tools.publication?.replace([{ range: next, objects }]));
}

function withObjects(entry: WrittenEntry, more: readonly WrittenObject[]): WrittenEntry {
  const objects = [...entry.outcome.objects, ...more];
  return { ...entry, outcome: { ...entry.outcome, objects, ...countsOf(objects, entry.outcome.tombstones) } };
}
