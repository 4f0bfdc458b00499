import { z } from 'zod';
import type { TableFormat } from '../../ports/lake.ts';
import { recipeSchema } from './recipe.ts';

/**
 * The ledger's entry: one JSON object per range of offsets of one Kafka partition, the truth about what the lake holds.
 *
 *     (free) ──claim──▶ claimed ──commit──▶ committed ──┐  base entry: never changes again
 *        │                └─ raise: next generation     │
 *        └──▶ gap: Kafka lost the range ────────────────┤  of which a replay may write what Kafka holds
 *                                                       ▼
 *                       committed ◀──commit── replacing    revision: replay, redrive, acknowledged loss
 *
 * With the table format Iceberg an entry is `written` where it would be committed: its objects are there and named, and readers see them once a
 * snapshot of the table has taken them in. The table's own property says how far it holds the ledger.
 *
 * A key of an object belongs to one generation of its range and is written once. Whatever replaces objects raises the
 * generation first. A key may be deleted when the entry was read as committed with a higher generation and does not list it, or as a gap
 * that has taken the place of the key's claim.
 */

/** Offsets are `bigint` in memory and decimal digits in JSON, where a number would lose them. */
export const offsetCodec = z.codec(z.string().regex(/^\d{1,19}$/, 'an offset as decimal digits'), z.bigint(), {
  decode: (digits) => BigInt(digits),
  encode: (offset) => offset.toString(),
});

const kindSchema = z.enum(['rows', 'dead-letters']);

/** An object to be: its key follows from the claim, its Hive partition and its kind. */
const plannedSchema = z.object({
  kind: kindSchema,
  /** Values of the table's partition keys. */
  partition: z.array(z.string()),
  rows: z.number().int().nonnegative(),
});

const objectSchema = z.object({
  key: z.string(),
  kind: kindSchema,
  rows: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  /** CRC-32 of the whole object; entries of format 1 have none. */
  crc32: z.number().int().nonnegative().optional(),
  /** The store's version of it: where a listing shows the same one, nobody has written the object since. */
  version: z.string().optional(),
  partition: z.array(z.string()),
});

/** The last record of a batch, to tell a topic that was deleted and made again, or whose log was cut. */
const lastRecordSchema = z.object({ offset: offsetCodec, timestampMs: z.number(), valueCrc32: z.number() });

const outcomeSchema = z.object({
  committedAt: z.iso.datetime(),
  /** Records of the range that the lake holds or has counted: rows + dead letters + tombstones. */
  records: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  deadLetters: z.number().int().nonnegative(),
  /** Records without a value: counted, not written. */
  tombstones: z.number().int().nonnegative(),
  objects: z.array(objectSchema),
  catalogVersion: z.string(),
  minEventTime: z.iso.datetime().optional(),
  maxEventTime: z.iso.datetime().optional(),
  lastRecord: lastRecordSchema.optional(),
  /** Offsets that Kafka lost between claim and commit. */
  lost: z.object({ from: offsetCodec, to: offsetCodec, acknowledgedAt: z.iso.datetime().optional() }).optional(),
});

const replacementSchema = z.object({
  generation: z.number().int().nonnegative(),
  writer: z.string(),
  startedAt: z.iso.datetime(),
  recipe: recipeSchema,
  plan: z.array(plannedSchema),
  why: z.enum(['replay', 'redrive']),
});

export const ledgerFormat = 2;

const rangeShape = {
  format: z.literal(ledgerFormat),
  table: z.string(),
  topic: z.string(),
  /** Unique to one creation of the topic; left out where the broker does not tell it. */
  topicId: z.string().optional(),
  partition: z.number().int().nonnegative(),
  from: offsetCodec,
  to: offsetCodec,
  /** Unique to one try of one process: tells our own lost answer from another's claim. */
  writer: z.string(),
  claimedAt: z.iso.datetime(),
};

const claimShape = {
  ...rangeShape,
  generation: z.number().int().nonnegative(),
  reason: z.string(),
  recipe: recipeSchema,
  plan: z.array(plannedSchema),
  /** The last record as it was when the range was claimed. */
  lastRecord: lastRecordSchema.optional(),
  /** Keys of lower generations that the entry does not list and that may still be there. */
  obsolete: z.array(z.string()).optional(),
};

export const entrySchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('claimed'), ...claimShape }),
  z.object({ state: z.enum(['committed', 'written']), ...claimShape, outcome: outcomeSchema }),
  z.object({
    state: z.literal('replacing'),
    ...claimShape,
    outcome: outcomeSchema,
    replacement: replacementSchema,
  }),
  z.object({
    state: z.literal('gap'),
    ...rangeShape,
    /** Why the range has no rows; left out: Kafka lost it before it was read. */
    why: z.string().optional(),
    acknowledgedAt: z.iso.datetime().optional(),
    /** Keys of a claim that was given up for the gap: nobody can list them any more. */
    obsolete: z.array(z.string()).optional(),
  }),
]);

export type LedgerEntry = z.infer<typeof entrySchema>;
export type ClaimedEntry = Extract<LedgerEntry, { state: 'claimed' }>;
export type CommittedEntry = Extract<LedgerEntry, { state: 'committed' | 'written' }>;
export type ReplacingEntry = Extract<LedgerEntry, { state: 'replacing' }>;
export type GapEntry = Extract<LedgerEntry, { state: 'gap' }>;
/** An entry whose objects are in the lake. */
export type WrittenEntry = CommittedEntry | ReplacingEntry;
export type PlannedObject = z.infer<typeof plannedSchema>;
export type WrittenObject = z.infer<typeof objectSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;

export function isWritten(entry: LedgerEntry): entry is WrittenEntry {
  return entry.state !== 'claimed' && entry.state !== 'gap';
}

/** What an entry is once its objects are there. */
export const stateOfFormat: Readonly<Record<TableFormat, CommittedEntry['state']>> = {
  hive: 'committed',
  iceberg: 'written',
};

/** True for a written entry that nobody is replacing. */
export function isCommitted(entry: LedgerEntry): entry is CommittedEntry {
  return entry.state === 'committed' || entry.state === 'written';
}

/** True when the entry lists the object as its own. */
export function listsObject(entry: LedgerEntry, key: string): boolean {
  return isWritten(entry) && entry.outcome.objects.some((object) => object.key === key);
}

/** The highest generation that anybody has begun to write for the range; 0 for a gap. */
export function highestGeneration(entry: LedgerEntry): number {
  if (entry.state === 'gap') return 0;
  return entry.state === 'replacing' ? entry.replacement.generation : entry.generation;
}

/** True when objects may be there that the entry has passed: whoever wrote it may have died before it could delete them. */
export function mayHaveLeftovers({ obsolete = [] }: WrittenEntry): boolean {
  return obsolete.length > 0;
}

/** True when the key, of `generation`, can never be listed again: it may be deleted by anyone at any time. */
export function isDeletable(entry: LedgerEntry, { key, generation }: { key: string; generation: number }): boolean {
  if (entry.state === 'gap') return isObsolete(entry, key);
  return isWritten(entry) && entry.generation > generation && !listsObject(entry, key);
}

/** True when the entry has passed the key, which may be of a longer range that was cut. */
export function isObsolete(entry: LedgerEntry, key: string): boolean {
  return 'obsolete' in entry && entry.obsolete?.includes(key) === true;
}
