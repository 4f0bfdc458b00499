import { Ledger } from '../../consumer/ledger/ledger.ts';
import { isWritten, type WrittenEntry } from '../../consumer/ledger/entry/ledger-entry.ts';
import { hivePathOf } from '../../consumer/ledger/keys/object-keys.ts';
import type { UpkeepEvent } from '../../consumer/maintain/upkeep.ts';
import { hasCode } from '../../runtime/errors.ts';
import { rememberSuccess } from '../../runtime/memo.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from '../lake/lake.ts';
import { describeUpkeep } from './describe-upkeep.ts';
import { mergeParts } from './merge-parts.ts';

/** Partitions of a Hive table whose rows were replaced: where their files were merged, these have to follow. */
export class TouchedPartitions {
  readonly #lake: Lake;
  readonly #settings: Settings;
  readonly #ledger: Ledger;
  readonly #hivePaths = new Set<string>();
  readonly #hasNotes = rememberSuccess<void, boolean>(() => this.#findNotes());

  constructor(lake: Lake, settings: Settings) {
    this.#lake = lake;
    this.#settings = settings;
    this.#ledger = new Ledger(lake.store);
  }

  /** Notes an entry that was replaced, as it was before. */
  async note(before: WrittenEntry): Promise<void> {
    if (!(await this.#hasNotes())) return;
    const now = await this.#ledger.get(before, before.from);
    const entries = [before, ...(now !== undefined && isWritten(now.entry) ? [now.entry] : [])];
    for (const { outcome } of entries)
      for (const { key, kind } of outcome.objects)
        if (kind === 'rows') this.#hivePaths.add(hivePathOf(key, before.table));
  }

  /** Lets the merged files follow; gives a line for each thing that was done or left. */
  async follow(signal: AbortSignal): Promise<string[]> {
    const lines: string[] = [];
    if (this.#hivePaths.size === 0) return lines;
    const { table, maintain, parquet } = this.#settings;
    const { updateMerged } = await import('../../consumer/maintain/hive/update-merged.ts');
    const { store, catalog } = this.#lake;
    try {
      await updateMerged(table.name, this.#hivePaths, {
        ...mergeParts(this.#lake, parquet),
        store,
        catalog,
        ledger: this.#ledger,
        eventTimeField: table.eventTimeField,
        upkeep: { targetBytes: maintain.targetBytes, isDryRun: false, signal },
        observe: (event: UpkeepEvent) => lines.push(describeUpkeep(event, false)),
      });
    } catch (error) {
      if (!hasCode(error, 'PREREQUISITE_MISSING')) throw error;
      lines.push(
        `${table.name}: queries see the rows that were replaced until \`glueless maintain\` runs where DuckDB is: their files were merged`,
      );
    }
    return lines;
  }

  async #findNotes(): Promise<boolean> {
    const { table } = this.#settings;
    if (table.format !== 'hive') return false;
    const { listMergedPaths } = await import('../../consumer/ledger/notes/merged-partition.ts');
    for await (const _path of listMergedPaths(this.#lake.store, table.name)) return true;
    return false;
  }
}
