import { adoptTable, type AdoptedTable } from '../../src/consumer/adoption/adopt-table.ts';
import type { SnapshotTools } from '../../src/consumer/snapshot/snapshot-tools.ts';
import { SnapshotSchedule } from '../../src/consumer/snapshot/snapshot-schedule.ts';
import type { FakeTopic } from '../fakes/fake-topic.ts';
import { addIceberg, type IcebergTestLake } from './iceberg-lake.ts';
import { createSnapshotTools } from './iceberg-service.ts';
import { createTestTools, openTestLake, testTable, type TestLake } from './lake.ts';
import { run } from './run-service.ts';

/** Name of the Iceberg table that adopts the test's Hive table. */
export const adoptedName = 'readings_iceberg';

/** One lake, seen as one of Hive tables and as one of Iceberg tables. */
export interface TwoTables {
  readonly lake: IcebergTestLake;
  readonly hive: Pick<IcebergTestLake, 'root' | 'store' | 'catalog'>;
}

export async function openBoth(): Promise<TwoTables> {
  return withIceberg(await openTestLake());
}

export function withIceberg(hive: TestLake): TwoTables {
  return { lake: addIceberg(hive), hive };
}

/** Makes the Hive table an Iceberg table; answers with the tables that were adopted. */
export async function adopt(
  { lake, hive }: TwoTables,
  iceberg = lake.iceberg,
  overrides: Partial<SnapshotTools> = {},
): Promise<AdoptedTable[]> {
  const adopted: AdoptedTable[] = [];
  await adoptTable({
    source: testTable,
    hive: hive.catalog,
    tables: lake.catalog,
    tools: createSnapshotTools({ ...lake, iceberg }, { table: adoptedName, ...overrides }),
    onAdopted: (table) => adopted.push(table),
  });
  return adopted;
}

/** Runs the service for the Iceberg table until the topic's end. */
export async function goOn(topic: FakeTopic, lake: IcebergTestLake): Promise<void> {
  const tools = createTestTools({ ...lake, tableFormat: 'iceberg', writer: { table: adoptedName } });
  const snapshots = createSnapshotTools(lake, { table: adoptedName });
  await run(topic, lake, { tools, snapshots: new SnapshotSchedule({ snapshots, tools, everyMs: 50 }) });
}
