import type { TopicPath } from '../consumer/ledger/keys/ledger-keys.ts';
import { z } from 'zod';
import type { ObjectStore } from '../consumer/ports/lake.ts';
import { DocumentStore, type Stored } from '../outbox/document-store.ts';
import { deliverySchema } from '../outbox/delivery.ts';
import { hourStateNames, type HourState } from './hour-state.ts';

const countSchema = z.number().int().nonnegative();

/** A change of an hour's state; changes are numbered from 1, and never change themselves. */
const changeSchema = z.object({
  revision: z.number().int().positive(),
  state: z.enum(hourStateNames),
  at: z.iso.datetime(),
  rows: countSchema,
  lateRows: countSchema,
});

/** What is kept of one hour: `_hours/<table>/<topic>/<hour>.json`, changed by compare-and-swap. */
const hourDocumentSchema = z.object({
  format: z.literal(1),
  hour: z.string(),
  /** The process that changed it last: tells a lost answer from the same change by another process. */
  writer: z.string(),
  changes: z.array(changeSchema).min(1),
  /** The last change that is in `<table>_hours`. */
  tabled: countSchema,
  /** The last change that alerts were evaluated for, as versions say that know one rule only; of any rule where `evaluatedFor` is left out. */
  evaluated: countSchema,
  /** The last change that alerts were evaluated for, by rule: processes may watch different columns. */
  evaluatedFor: z.record(z.string(), countSchema).optional(),
  /** Where the ledger ended when the last change was made, by Kafka partition. Whoever knows less of the ledger changes nothing. */
  counted: z.record(z.string(), z.string()),
  /** How often the entries were replaced that were counted then. Whoever knows of fewer reads the ledger again before it changes anything. */
  replacements: countSchema.optional(),
  /** How many days before the hour entries may have been claimed that were counted then. Whoever counts fewer days first reads as far back. */
  aheadDays: z.number().nonnegative().optional(),
  /** What the rows were then, as a sum: a replay may exchange rows for as many others. */
  content: countSchema.optional(),
  deliveries: z.array(deliverySchema),
});

export type HourChange = z.infer<typeof changeSchema>;
export type HourDocument = z.infer<typeof hourDocumentSchema>;
export type StoredHour = Stored<HourDocument>;
export type HourStore = DocumentStore<HourDocument>;

/** Opens the hours of a table; readers of the table see nothing of them, since `_hours` begins with `_`. */
export function openHourStore(store: ObjectStore, { table, topic }: TopicPath): HourStore {
  return new DocumentStore(store, prefixOf({ table, topic }), hourDocumentSchema);
}

/** An object beside the documents that is put to learn the store's time. */
export function clockKey(topicTable: TopicPath): string {
  return `${prefixOf(topicTable)}clock`;
}

function prefixOf({ table, topic }: TopicPath): string {
  return `_hours/${table}/${topic}/`;
}

export function lastChange({ changes, hour }: HourDocument): HourChange {
  const last = changes.at(-1);
  if (last === undefined) throw new RangeError(`the hour ${hour} has no change`);
  return last;
}

/** The hour as its document says: the rows are those of its last change. */
export function stateOf(document: HourDocument): HourState {
  const { state, rows, lateRows, at } = lastChange(document);
  return { hour: document.hour, state, rows, lateRows, since: at };
}
