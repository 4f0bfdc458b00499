import { PipelineError } from '../../runtime/errors.ts';
import type { CommitTools } from './commit-tools.ts';
import { stepRunner, type StepRunner } from './step-runner.ts';
import type { Versioned } from '../ledger/ledger.ts';
import type { CommittedEntry, LedgerEntry, Outcome, ReplacingEntry, WrittenObject } from '../ledger/ledger-entry.ts';

/** What takes the place of an entry's objects. Its `write` may overwrite keys only with the same records. */
export type Replacement = (entry: ReplacingEntry, step: StepRunner) => Promise<Outcome>;

/**
 * Exchanges the objects of an entry: intent, new objects, entry, old objects away. The ledger never names an object that is
 * not there, and a reader sees a record twice only while its old and its new object lie under different keys.
 * Rejects with LEDGER_CONTENDED (not retryable) when another replay or redrive is at the same entry.
 */
export async function replaceEntry(
  current: Versioned<CommittedEntry | ReplacingEntry>,
  replacement: Replacement,
  tools: CommitTools,
): Promise<CommittedEntry> {
  const step = stepRunner(tools);
  const { ledger, placement, newWriterId, clock, writer } = tools;
  const startedAt = new Date(clock.nowMs()).toISOString();
  const intent: ReplacingEntry = {
    ...current.entry,
    state: 'replacing',
    replacement: { writer: newWriterId(), startedAt, placement },
  };
  const announced = await step('claim', () => ledger.replace(current, intent));
  if (announced.kind === 'theirs') throw overtaken(intent);

  const outcome = await replacement(intent, step);
  const obsolete = leftovers(current.entry.outcome, outcome.objects);
  const { replacement: _, ...claim } = intent;
  const next: CommittedEntry = {
    ...claim,
    state: 'committed',
    placement,
    outcome: { ...outcome, ...orNothing(obsolete) },
  };
  const committed = await step('ledger', () => ledger.replace(announced.claim, next));
  if (committed.kind === 'theirs') throw overtaken(intent);
  if (obsolete.length === 0) return next;

  await step('put', () => writer.discard(obsolete));
  const { obsolete: __, ...clean } = next.outcome;
  const tidy: CommittedEntry = { ...next, outcome: clean };
  await step('ledger', () => ledger.replace(committed.claim, tidy));
  return tidy;
}

/** Keys that the entry named and names no more. */
function leftovers(before: Outcome, after: readonly WrittenObject[]): string[] {
  const kept = new Set(after.map(({ key }) => key));
  return [...before.objects.map(({ key }) => key), ...(before.obsolete ?? [])].filter((key) => !kept.has(key));
}

function orNothing(obsolete: readonly string[]): Pick<Outcome, 'obsolete'> {
  return obsolete.length === 0 ? {} : { obsolete: [...obsolete] };
}

function overtaken(entry: LedgerEntry): PipelineError {
  return new PipelineError('LEDGER_CONTENDED', {
    message: `another replay or redrive changed [${entry.from}, ${entry.to}) of ${entry.topic}/${entry.partition} at the same time`,
    retryable: false,
    hint: 'let the other one end, then run `glueless verify`; run this one again if it still has to',
  });
}
