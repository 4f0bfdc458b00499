import type { CatalogTable } from '../../consumer/ports/lake.ts';
import type { QueryEngine } from '../../report/query-engine.ts';
import { PipelineError } from '../../runtime/errors.ts';

/** Where the tables are, and what queries them. */
export interface QueriedLake {
  /** The tables that there are now, of those that the monitor shows. */
  loadTables(): Promise<readonly CatalogTable[]>;
  openEngine(tables: readonly CatalogTable[]): Promise<QueryEngine>;
}

interface Opened {
  readonly versions: string;
  readonly tables: readonly CatalogTable[];
  readonly engine: QueryEngine;
  running: number;
  isOver: boolean;
}

/** Runs queries on tables that appear and grow while the monitor runs: the engine is opened anew when one has changed. */
export class TableQueries {
  readonly #lake: QueriedLake;
  #opened: Opened | undefined;
  #opening: Promise<Opened> | undefined;

  constructor(lake: QueriedLake) {
    this.#lake = lake;
  }

  /** Calls `ask` with the table as it is now. Rejects with TABLE_MISSING, or as the engine does. */
  async run<Value>(name: string, ask: (engine: QueryEngine, table: CatalogTable) => Promise<Value>): Promise<Value> {
    this.#opening ??= this.#current().finally(() => (this.#opening = undefined));
    const opened = await this.#opening;
    const table = opened.tables.find((each) => each.name === name);
    if (table === undefined) throw missing(name);
    opened.running++;
    try {
      return await ask(opened.engine, table);
    } finally {
      opened.running--;
      await closeIfDone(opened);
    }
  }

  /** True when there is this table now. */
  async has(name: string): Promise<boolean> {
    this.#opening ??= this.#current().finally(() => (this.#opening = undefined));
    return (await this.#opening).tables.some((table) => table.name === name);
  }

  /** Bytes that the engine has scanned since the monitor began, where it tells. */
  scannedBytes(): number | undefined {
    return this.#opened?.engine.scannedBytes?.();
  }

  async close(): Promise<void> {
    await this.#opened?.engine.close();
  }

  async #current(): Promise<Opened> {
    const tables = await this.#lake.loadTables();
    const versions = tables.map(({ name, version }) => `${name} ${version}`).join('\n');
    const before = this.#opened;
    if (before?.versions === versions) return before;
    this.#opened = { versions, tables, engine: await this.#lake.openEngine(tables), running: 0, isOver: false };
    if (before !== undefined) {
      before.isOver = true;
      await closeIfDone(before);
    }
    return this.#opened;
  }
}

async function closeIfDone(opened: Opened): Promise<void> {
  if (opened.isOver && opened.running === 0) await opened.engine.close();
}

function missing(name: string): PipelineError {
  return new PipelineError('TABLE_MISSING', {
    message: `there is no table ${name} yet`,
    retryable: false,
    hint: 'glueless consume makes it with its first batch; check LAKE, LAKE_DATABASE and LAKE_TABLE',
  });
}
