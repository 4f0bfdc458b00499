import { PipelineError } from '../../../runtime/errors.ts';
import { isDeletable, isWritten, type LedgerEntry, type WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { CommitTools } from '../tools/commit-tools.ts';
import { generationOf } from './leftovers.ts';

/** Deletes what we wrote under generations that somebody has passed: it can never count. */
export async function discardOurs(
  entry: LedgerEntry,
  created: readonly WrittenObject[],
  { writer, publication }: CommitTools,
): Promise<void> {
  // a snapshot may list them
  if (!isWritten(entry) || publication !== undefined) return;
  const keys = created.map(({ key }) => key);
  await writer.objects.delete(keys.filter((key) => isDeletable(entry, { key, generation: generationOf(key) })));
}

/** What a replay or redrive rejects with that another one came before. */
export function overtaken(entry: Pick<LedgerEntry, 'topic' | 'partition' | 'from' | 'to'>): PipelineError {
  return new PipelineError('LEDGER_CONTENDED', {
    message: `another replay or redrive changed [${entry.from}, ${entry.to}) of ${entry.topic}/${entry.partition} at the same time`,
    retryable: false,
    hint: 'let the other one end, then run `glueless verify`; run this one again if it still has to',
  });
}
