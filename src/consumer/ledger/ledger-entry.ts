import { z } from 'zod';
import { messageOf, PipelineError } from '../../runtime/errors.ts';

/**
 * The ledger's entry: one JSON object per range of offsets, the truth about what the lake holds.
 *
 * `claimed`: the range is taken and nothing is promised yet. `committed`: the objects named hold it.
 * `replacing`: committed, and a replay or redrive is exchanging the objects. `gap`: Kafka lost the range before it was read.
 */
const offsetText = z.string().regex(/^\d{1,19}$/, 'an offset as decimal digits');

const objectSchema = z.object({
  key: z.string(),
  kind: z.enum(['rows', 'dead-letters']),
  rows: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  /** Values of the table's partition keys. */
  partition: z.array(z.string()),
});

/** What decides into which Hive partition, and so into which object, a record goes. */
const placementSchema = z.object({
  layout: z.enum(['hour', 'day', 'none']),
  eventTimeField: z.string(),
  pastDaysMax: z.number(),
  futureDaysMax: z.number(),
});

const outcomeSchema = z.object({
  committedAt: z.iso.datetime(),
  /** Records Kafka delivered for the range: rows + dead letters + tombstones. */
  records: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  deadLetters: z.number().int().nonnegative(),
  /** Records without a value: counted, not written. */
  tombstones: z.number().int().nonnegative(),
  objects: z.array(objectSchema),
  /** Keys that this entry no longer names and that may still be there. */
  obsolete: z.array(z.string()).optional(),
  catalogVersion: z.string(),
  minEventTime: z.iso.datetime().optional(),
  maxEventTime: z.iso.datetime().optional(),
  /** The last record, to tell a topic that was deleted and made again. */
  lastRecord: z.object({ offset: offsetText, timestampMs: z.number(), valueCrc32: z.number() }).optional(),
  /** Offsets that Kafka lost between claim and commit. */
  lost: z.object({ from: offsetText, to: offsetText, acknowledgedAt: z.iso.datetime().optional() }).optional(),
});

const rangeShape = {
  format: z.literal(1),
  table: z.string(),
  topic: z.string(),
  partition: z.number().int().nonnegative(),
  from: offsetText,
  to: offsetText,
  /** Unique to one try of one process: tells our own lost answer from another's claim. */
  writer: z.string(),
  claimedAt: z.iso.datetime(),
};

const claimShape = { ...rangeShape, reason: z.string(), placement: placementSchema };

const entrySchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('claimed'), ...claimShape }),
  z.object({ state: z.literal('committed'), ...claimShape, outcome: outcomeSchema }),
  z.object({
    state: z.literal('replacing'),
    ...claimShape,
    outcome: outcomeSchema,
    replacement: z.object({ writer: z.string(), startedAt: z.iso.datetime(), placement: placementSchema }),
  }),
  z.object({ state: z.literal('gap'), ...rangeShape, acknowledgedAt: z.iso.datetime().optional() }),
]);

export type LedgerEntry = z.infer<typeof entrySchema>;
export type ClaimedEntry = Extract<LedgerEntry, { state: 'claimed' }>;
export type CommittedEntry = Extract<LedgerEntry, { state: 'committed' }>;
export type ReplacingEntry = Extract<LedgerEntry, { state: 'replacing' }>;
export type GapEntry = Extract<LedgerEntry, { state: 'gap' }>;
export type WrittenObject = z.infer<typeof objectSchema>;
export type Placement = z.infer<typeof placementSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;

/** What is fixed by a claim, whatever became of it. */
export type ClaimOf = Omit<ClaimedEntry, 'state'>;

/** An entry whose range is in the lake. */
export type Written = Extract<LedgerEntry, { outcome: unknown }>;

export function isWritten(entry: LedgerEntry): entry is Written {
  return entry.state === 'committed' || entry.state === 'replacing';
}

/** True when the entry names the object as its own. */
export function listsObject(entry: LedgerEntry, key: string): boolean {
  if (entry.state === 'gap' || entry.state === 'claimed') return false;
  return entry.outcome.objects.some((object) => object.key === key);
}

/** One Kafka partition's part of the ledger of one table. */
export interface LedgerPath {
  readonly table: string;
  readonly topic: string;
  readonly partition: number;
}

const ledgerRoot = '_ledger';
const offsetDigits = 20;

/** `_ledger/<table>/<topic>/`: everything the ledger holds of one topic in one table. */
export function topicPrefix({ table, topic }: Omit<LedgerPath, 'partition'>): string {
  return `${ledgerRoot}/${table}/${topic}/`;
}

export function partitionPrefix(path: LedgerPath): string {
  return `${topicPrefix(path)}${path.partition}/`;
}

/** Zero-padded, so that keys sort as offsets do. */
export function entryKey(path: LedgerPath, from: bigint): string {
  return `${partitionPrefix(path)}${from.toString().padStart(offsetDigits, '0')}.json`;
}

export function serializeEntry(entry: LedgerEntry): Uint8Array {
  return Buffer.from(`${JSON.stringify(entry)}\n`);
}

/** Throws LEDGER_CORRUPT with the key and what is wrong. */
export function parseEntry(key: string, bytes: Uint8Array): LedgerEntry {
  const parsed = entrySchema.safeParse(parseJson(key, bytes));
  if (parsed.success) return parsed.data;
  throw corrupt(key, z.prettifyError(parsed.error));
}

function parseJson(key: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw corrupt(key, messageOf(error));
  }
}

function corrupt(key: string, what: string): PipelineError {
  return new PipelineError('LEDGER_CORRUPT', {
    message: `the ledger entry ${key} can't be read: ${what}`,
    retryable: false,
    details: { key },
    hint: 'nothing is written before this is understood; `glueless verify` shows the chain around it',
  });
}
