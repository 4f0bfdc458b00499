import type { Access } from './access/access.ts';
import type { Numbers } from './locale.ts';

/** What every page of one request needs beside its facts. */
export interface View {
  /** Path below which the monitor is served: empty, or like `/glueless`. */
  readonly base: string;
  /** Writes numbers in the reader's language. */
  readonly numbers: Numbers;
  readonly nowMs: number;
  /** The table's name. */
  readonly table: string;
  /** Ending of the addresses of style and script, which changes with their contents. */
  readonly assets: string;
  readonly access: Access;
}
