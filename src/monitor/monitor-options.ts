/** How the pages are served. */
export interface MonitorOptions {
  /** Address under which browsers reach it, when that is not this machine's own: its path is where the pages begin. */
  readonly url: URL | undefined;
  /** What opens the right to acknowledge; left out: the monitor is read only. */
  readonly token: string | undefined;
  /** Age at which numbers are asked for again. */
  readonly refreshMs: number;
}
