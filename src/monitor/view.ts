import type { Language, Numbers } from './web/locale.ts';

/** What every page of one request needs beside its facts. */
export interface View {
  /** Path below which the monitor is served: empty, or like `/glueless`. */
  readonly base: string;
  readonly language: Language;
  readonly numbers: Numbers;
  readonly nowMs: number;
  /** The table's name. */
  readonly table: string;
  /** Ending of the addresses of style and script, which changes with their contents. */
  readonly assets: string;
  /** Who is signed in may acknowledge; `no-token`: nobody can, the monitor is read only. */
  readonly access: 'no-token' | 'reader' | 'signed-in';
}
