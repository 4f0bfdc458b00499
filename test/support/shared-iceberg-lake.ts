import type { AwsEmulator } from '../../src/devstack/emulators.ts';
import type { TestRecord } from './chunks.ts';
import { openIcebergLakeOnGlue } from './glue-iceberg-lake.ts';
import { setProperties } from './iceberg-lake.ts';
import { commitRows } from './iceberg-service.ts';
import { audit, createTestTools } from './lake.ts';
import { writeBatches } from './write-batches.ts';

/** Opens an Iceberg lake on the emulator's Glue for a test in which another engine works on the table between commits of ours. */
export function openSharedIcebergLake(aws: Pick<AwsEmulator, 'endpoint' | 'bucket'>) {
  const { lake, name } = openIcebergLakeOnGlue(aws);
  const { iceberg } = lake;
  return {
    lake,
    /** Database and table, with a dot between. */
    name,
    /** Commits these first batches of the table's life, each by a snapshot of its own; those that are in already stay. */
    commitBatches: async (batches: readonly (readonly TestRecord[])[]): Promise<void> => {
      for (let count = 1; count <= batches.length; count++) {
        await writeBatches(createTestTools({ ...lake, tableFormat: 'iceberg' }), batches.slice(0, count));
        await commitRows(lake);
      }
    },
    findings: async (): Promise<string[]> =>
      (await audit(lake, undefined, { iceberg })).findings.map(({ problem }) => problem),
    /** Lets everybody expire all snapshots but the current one. */
    keepOneSnapshot: () => setProperties(lake, { 'history.expire.min-snapshots-to-keep': '1' }),
  };
}
