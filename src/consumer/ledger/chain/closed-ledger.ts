import { PipelineError } from '../../../runtime/errors.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import {
  closingSchema,
  isClosed,
  ledgerClosed,
  serializeClosing,
  unlessClosed,
  type Closing,
} from '../entry/closing.ts';
import { closedName, readStarts } from '../notes/chain-start.ts';
import { entryKey, startsPrefix, type LedgerPath, type TopicPath } from '../keys/ledger-keys.ts';
import type { LedgerEntry } from '../entry/ledger-entry.ts';
import { parseNote } from '../notes/parse-note.ts';

/**
 * The end of a ledger for good, once another table goes on in its place: an object stands where the next entry of each Kafka partition would
 * begin, or in the place of a claim that nobody has fulfilled. Claims and entries are created and changed by compare-and-swap, so that no member
 * can write on, not even one that was frozen meanwhile. For partitions that nobody has read yet `starts/closed.json` says the same: it is put
 * first, and is looked for by whoever has noted a start.
 */

/** Chains that end while they are being closed are looked at again this often. */
const triesMax = 100;

/** Rejects with LEDGER_CLOSED when the topic's ledger is closed. Call it after the start of a partition's chain is noted. */
export async function requireOpen(store: ObjectStore, topic: TopicPath): Promise<void> {
  const closing = await readClosing(store, topic);
  if (closing !== undefined) throw ledgerClosed(closedKey(topic), closing);
}

/** Gives what closes the topic's ledger; `undefined` while it is open. Rejects with LEDGER_CORRUPT where that can't be read. */
export async function readClosing(store: ObjectStore, topic: TopicPath): Promise<Closing | undefined> {
  const key = closedKey(topic);
  const stored = await store.get(key);
  return stored && parseNote({ key, bytes: stored.bytes }, 'closes the ledger', closingSchema);
}

/**
 * Tells whether the topic's ledger is closed for `successor`, wholly or, after a crash, in part. Rejects with LEDGER_CLOSED where another table goes
 * on in its place: two of them would have the same files, and upkeep of one would delete those of the other.
 */
export async function isClosedFor(
  { successor, ...topic }: Pick<Closing, 'table' | 'topic' | 'successor'>,
  { store, partitions, last }: ClosingTools,
): Promise<boolean> {
  const ends = [
    () => requireOpen(store, topic),
    ...(await partitions(topic)).map((partition) => () => last({ ...topic, partition })),
  ];
  let isFound = false;
  for (const end of ends) isFound = (await isEndFor(successor, end)) || isFound;
  return isFound;
}

/** True where `read` meets the end of a ledger that goes on in `successor`. Rejects with LEDGER_CLOSED where it goes on in another table. */
async function isEndFor(successor: string, read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return false;
  } catch (error) {
    if (!isClosed(error)) throw error;
    if (error.details['successor'] === successor) return true;
    throw otherSuccessor(error);
  }
}

export interface ClosingTools {
  readonly store: ObjectStore;
  /** The Kafka partitions of which the ledger has entries. */
  readonly partitions: (topic: TopicPath) => Promise<readonly number[]>;
  /** The last entry of a partition's chain; rejects with LEDGER_CLOSED. */
  readonly last: (path: LedgerPath) => Promise<{ readonly entry: LedgerEntry; readonly version: string } | undefined>;
}

/** Closes the topic's ledger of a table. Can be called again after a crash anywhere; rejects with LEDGER_CLOSED where it is closed for another table. */
export async function closeLedger(closing: Closing, tools: ClosingTools): Promise<void> {
  const { store, partitions, last } = tools;
  const bytes = serializeClosing(closing);
  await store.put(closedKey(closing), bytes, { ifAbsent: true });
  await isClosedFor(closing, tools);
  const starts = await readStarts(store, closing);
  for (const partition of new Set([...starts.keys(), ...(await partitions(closing))]))
    await closeChain({ ...closing, partition }, bytes, { store, start: starts.get(partition)?.from ?? 0n, last });
}

interface ChainTools extends Pick<ClosingTools, 'store' | 'last'> {
  readonly start: bigint;
}

async function closeChain(path: LedgerPath, bytes: Uint8Array, { store, start, last }: ChainTools): Promise<void> {
  for (let tries = 0; tries < triesMax; tries++) {
    const found = await unlessClosed(() => last(path));
    if (found === 'closed') return;
    const isClaim = found?.entry.state === 'claimed';
    const key = entryKey(path, isClaim ? found.entry.from : (found?.entry.to ?? start));
    const condition = isClaim ? { ifVersion: found.version } : { ifAbsent: true as const };
    if ((await store.put(key, bytes, condition)).kind === 'stored') return;
  }
  throw new PipelineError('LEDGER_CONTENDED', {
    message: `the ledger of ${path.table} grew while it was being closed: ${path.topic}/${path.partition}`,
    retryable: true,
    details: { ...path },
  });
}

function closedKey(topic: TopicPath): string {
  return `${startsPrefix(topic)}${closedName}`;
}

function otherSuccessor({ message, details }: PipelineError): PipelineError {
  const successor = String(details['successor']);
  return new PipelineError('LEDGER_CLOSED', {
    message,
    retryable: false,
    details,
    hint: `one table has its files: \`adopt --as ${successor}\` ends an adoption that was interrupted; docs/iceberg.md says how ${successor} is given up`,
  });
}
