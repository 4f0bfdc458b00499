import { PipelineError } from '../../../runtime/errors.ts';
import type { WrittenEntry } from '../../ledger/entry/ledger-entry.ts';
import type { Catalog } from '../../ports/lake.ts';
import { holdsSeveralTopics } from '../../table/catalog/shared-table.ts';
import { aboutRange, type Finding } from '../findings/finding.ts';

export interface SharedTableOptions {
  readonly catalog: Catalog;
  readonly table: string;
  /** The settings have several topics in the table. */
  readonly isShared?: boolean;
}

/** True when the table's rows must say which topic they are from. */
export async function mustNameTopic({ catalog, table, isShared = false }: SharedTableOptions): Promise<boolean> {
  if (isShared) return true;
  try {
    const found = await catalog.load(table);
    return found !== undefined && holdsSeveralTopics(found);
  } catch (error) {
    // the audit of the catalog says what is wrong with the table
    if (!(error instanceof PipelineError) || error.retryable) throw error;
    return false;
  }
}

/** Finds rows of a table of several topics that don't say by `kafka_topic` which one they are from. */
export function findRowsWithoutTopic(entry: WrittenEntry): Finding[] {
  const { outcome, recipe } = entry;
  if (outcome.rows === 0 || recipe.recordParts?.includes('topic') === true) return [];
  const what = `${outcome.rows} rows have no kafka_topic, in a table of several topics: offsets alone do not tell them from another topic's`;
  return [aboutRange(entry, { problem: 'record-unnamed', what })];
}
