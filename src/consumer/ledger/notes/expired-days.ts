import { PipelineError } from '../../../runtime/errors.ts';
import { msPerDay } from '../../../runtime/duration.ts';
import { partitionEndMs } from '../../../schema/partitions/partition-end.ts';
import type { ObjectStore, StoredObject } from '../../ports/lake.ts';
import { expiryKey } from '../keys/ledger-keys.ts';
import { corruptNote } from './parse-note.ts';

/**
 * Up to which day RETENTION_DAYS has removed partitions of a table and of its dead letters. The day is noted before anything is removed, and only
 * rises: what an entry lists in a partition of an earlier day may be gone, and nobody misses it.
 */
interface ExpiryNote {
  readonly before: string;
  readonly notedAt: string;
}

/**
 * The first day that can expire. Partitions of days before it hold records whose time nobody knows: a Kafka timestamp that is missing is
 * 1970-01-01, one in seconds is of that January.
 */
export const firstTrueDay = '2000-01-01';

/** Times that a note is written again because others have written it meanwhile. */
const triesMax = 10;

/** The day of a Hive partition, as `2026-11-23`, by the values of its keys; `undefined` for what is of no day. */
export function dayOf(values: readonly string[]): string | undefined {
  const endMs = partitionEndMs(values);
  return endMs === undefined ? undefined : dayAt(endMs - 1);
}

function dayAt(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The first day that stays, where `days` whole days and today stay. */
export function expiryDay(nowMs: number, days: number): string {
  return dayAt(nowMs - days * msPerDay);
}

/** True for a partition of a day that may be removed with all days before `before`. */
export function isExpired(values: readonly string[], before: string | undefined): boolean {
  const day = dayOf(values);
  return before !== undefined && day !== undefined && day >= firstTrueDay && day < before;
}

/** The first day of the table that was never removed; `undefined` where nothing was. */
export async function readExpiry(store: ObjectStore, table: string): Promise<string | undefined> {
  const stored = await store.get(expiryKey(table));
  return stored && parse(table, stored);
}

/** Notes that days before `before` are about to be removed; gives the day that counts, which may be later. */
export async function raiseExpiry(store: ObjectStore, table: string, { before, notedAt }: ExpiryNote): Promise<string> {
  for (let tries = 0; tries < triesMax; tries++) {
    const stored = await store.get(expiryKey(table));
    const noted = stored && parse(table, stored);
    if (noted !== undefined && noted >= before) return noted;
    const condition = stored === undefined ? { ifAbsent: true as const } : { ifVersion: stored.version };
    const result = await store.put(expiryKey(table), serialize({ before, notedAt }), condition);
    if (result.kind === 'stored') return before;
  }
  throw new PipelineError('LEDGER_CONTENDED', {
    message: `${expiryKey(table)} was changed by others again and again`,
    retryable: true,
    details: { key: expiryKey(table) },
  });
}

/** The days of one table that may be gone, as far as they were known at the last look. */
export class ExpiredDays {
  readonly #store: ObjectStore;
  readonly #table: string;
  #before: string | undefined;

  constructor(store: ObjectStore, table: string) {
    this.#store = store;
    this.#table = table;
  }

  /** The first day that was never removed. */
  get before(): string | undefined {
    return this.#before;
  }

  /** Looks at the note again: more days may have expired since. */
  async refresh(): Promise<void> {
    this.#before = await readExpiry(this.#store, this.#table);
  }

  /** True when what lies in the partition with these values may be gone. */
  has(values: readonly string[]): boolean {
    return isExpired(values, this.#before);
  }
}

function serialize(note: ExpiryNote): Uint8Array {
  return Buffer.from(`${JSON.stringify(note)}\n`);
}

/** Read by hand: who writes rows loads no package for it. */
function parse(table: string, { bytes }: StoredObject): string {
  const before = beforeOf(Buffer.from(bytes).toString('utf8'));
  if (before !== undefined) return before;
  const why = 'expected {"before":"2026-11-23","notedAt":…}';
  throw corruptNote(expiryKey(table), 'notes which days were removed', why);
}

function beforeOf(text: string): string | undefined {
  try {
    const before: unknown = Reflect.get(Object(JSON.parse(text)), 'before');
    return typeof before === 'string' && dayOf([before]) === before ? before : undefined;
  } catch {
    return undefined;
  }
}
