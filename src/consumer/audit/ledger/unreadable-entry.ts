import { hasCode, messageOf } from '../../../runtime/errors.ts';
import { offsetOfKey, partitionPrefix, revisionPrefix, type LedgerPath } from '../../ledger/keys/ledger-keys.ts';
import type { Finding } from '../findings/finding.ts';

const restore = 'restore it from an older version of the object';

/** An object that can't be read: an entry of the Kafka partition's chain, whose last readable entry ends at `end`, a revision or a segment. */
export function unreadableEntry(
  path: LedgerPath,
  key: string,
  { error, end }: { error: unknown; end: bigint },
): Finding {
  return { ...unreadable(key, error, actionFor(path, key, end)), partition: path.partition };
}

/** An object of the ledger that can't be read. */
export function unreadable(key: string, error: unknown, action = restore): Finding {
  const isNewer = hasCode(error, 'LEDGER_NEWER');
  const about = { where: key, what: `can't be used: ${messageOf(error)}` };
  return { problem: 'entry-unreadable', ...about, action: isNewer ? 'upgrade glueless here' : action };
}

function actionFor(path: LedgerPath, key: string, end: bigint): string {
  if (key.endsWith('.zst'))
    return `${restore}; or, since a segment is a copy, delete it if its entries are still there one by one`;
  if (offsetOfKey(revisionPrefix(path), key) !== undefined)
    return `${restore}: the consumer goes on without it, replay and redrive of its range don’t`;
  const from = offsetOfKey(partitionPrefix(path), key) ?? end;
  return from < end
    ? `${restore}. Without one, move it out of the ledger: verify prints the replay of the hole then, which writes what Kafka still holds. The consumer goes on meanwhile`
    : `${restore}: nothing is written behind it until then. Without one, move it out of the ledger, and go on as docs/runbook.md says for LEDGER_BEHIND`;
}
