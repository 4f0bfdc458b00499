import type { CommitTools } from '../commit/tools/commit-tools.ts';
import type { StepRunner } from '../commit/tools/step-runner.ts';
import { isWritten, type WrittenEntry } from '../ledger/entry/ledger-entry.ts';

/**
 * Tells the observer when the last object that the ledger lists is not there, as in a lake that was restored from a copy, or from which
 * somebody removed objects. The service goes on, since nothing can be doubled by that; `verify` finds all objects that are gone. It costs
 * one request when the object is there.
 */
export async function checkLastObject(
  entry: WrittenEntry,
  { ledger, writer, observer, publication }: CommitTools,
  step: StepRunner,
): Promise<void> {
  // an Iceberg table names its files: those of an entry go when they were merged
  if (publication !== undefined) return;
  if (await step('position', () => isThere(entry, writer))) return;
  // a replay or redrive may have put others in its place
  const current = await step('position', () => ledger.get(entry, entry.from));
  if (current === undefined || !isWritten(current.entry)) return;
  const { entry: now } = current;
  if (now.generation > entry.generation && (await step('position', () => isThere(now, writer)))) return;
  const key = now.outcome.objects.at(-1)?.key ?? '';
  observer.objectMissing?.({ partition: entry.partition, from: entry.from, to: entry.to, key });
}

/** True for an entry without objects, too. */
async function isThere({ outcome }: WrittenEntry, writer: CommitTools['writer']): Promise<boolean> {
  const last = outcome.objects.at(-1);
  return last === undefined || writer.objects.areThere([last]);
}
