import type { Ledger } from '../../consumer/ledger/ledger.ts';
import { checkLocation, checkTopic } from '../../consumer/table/catalog/check-table.ts';
import type { Settings } from '../config/settings.ts';
import type { Lake } from './lake.ts';

/**
 * Rejects with TABLE_MISMATCH when the ledger of this lake knows nothing of the topic and the table lies elsewhere (LAKE is mistyped, and what is missing
 * here is no loss) or is another topic's: then nothing of this topic is ever written, as of one whose name differs from that of another in case only.
 */
export async function requireLocation(
  { catalog, store }: Pick<Lake, 'catalog' | 'store'>,
  { table: { name: table }, schema: { kafkaColumns }, kafka: { topic } }: Settings,
  ledger: Ledger,
): Promise<void> {
  if (await ledger.isBegun({ table, topic })) return;
  const found = await catalog.load(table);
  if (found === undefined) return;
  checkLocation(found, { location: store.uri(`${table}/`) });
  checkTopic(found, { topic, tellsTopic: kafkaColumns.parts.includes('topic') });
}
