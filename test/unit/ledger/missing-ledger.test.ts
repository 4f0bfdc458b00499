import { expect, it } from 'vitest';
import { isLedgerMissing } from '../../../src/consumer/ledger/chain/missing-ledger.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';

const path = { table: 'readings', topic: 'thermometer' };
const name = 'kafka-thermometer-0-0-100-g0.parquet';

it.each([
  ['in a partition of the table', `readings/event_date=2026-11-26/${name}`, true],
  ['in the folder of a table without partitions', `readings/${name}`, true],
  ['of a merged partition', `readings.merged/event_date=2026-11-26/${name}`, true],
  ['in a lake that lies in the table’s folder', `readings/inner/readings/event_date=2026-11-26/${name}`, false],
  ['of another topic', `readings/event_date=2026-11-26/kafka-other-0-0-100-g0.parquet`, false],
])('an object without a ledger counts %s: %s, %s', async (_, key, counts) => {
  const store = createMemoryObjectStore();
  await store.put(key, Buffer.from('PAR1'));
  expect(await isLedgerMissing(store, path)).toBe(counts);
});
