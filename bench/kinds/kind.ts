import type { Columns } from './columns.ts';
import type { Draw } from './draw.ts';

/** A kind of data as topics hold it. Its records depend on the seed and their index alone. */
export interface RecordKind {
  readonly name: string;
  /** Says in the page what its records are like. */
  readonly about: string;
  /** Number of records of a full run: some 100 MB of JSON, or more. */
  readonly records: number;
  /** For peers that are given the schema. */
  readonly columns: Columns;
  /** Field with the time of the event, if there is one. */
  readonly eventTimeField?: string;
  /** Makes the JSON text of the `index`-th record; events begin at `startMs`. */
  readonly textAt: (draw: Draw, index: number, startMs: number) => string;
}
