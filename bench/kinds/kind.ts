import type { Draw } from './draw.ts';

/** A kind of data as topics hold it. Its records depend on the seed and their index alone. */
export interface RecordKind {
  readonly name: string;
  /** Says in the page what its records are like. */
  readonly about: string;
  /** Number of records of a full run. */
  readonly records: number;
  /** Columns and types as DuckDB takes them, for contenders that are given the schema. */
  readonly columns: Readonly<Record<string, string>>;
  /** Field with the time of the event, if there is one. */
  readonly eventTimeField?: string;
  /** Makes the JSON text of the `index`-th record. */
  readonly textAt: (draw: Draw, index: number) => string;
}

/** Start of the events, the same in every run. */
export const startMs = Date.parse('2026-11-23T00:00:00Z');
