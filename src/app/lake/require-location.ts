import type { Ledger } from '../../consumer/ledger/ledger.ts';
import { checkLocation } from '../../consumer/table/catalog/check-table.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from './lake.ts';

/**
 * Rejects with TABLE_MISMATCH when the ledger of this lake knows nothing of the topic and the table lies elsewhere: LAKE is mistyped, and what is missing
 * here is no loss.
 */
export async function requireLocation(
  { catalog, store }: Pick<Lake, 'catalog' | 'store'>,
  { table: { name: table }, kafka: { topic } }: Settings,
  ledger: Ledger,
): Promise<void> {
  if (await ledger.isBegun({ table, topic })) return;
  const found = await catalog.load(table);
  if (found !== undefined) checkLocation(found, { location: store.uri(`${table}/`) });
}
