import { beforeAll, describe, expect, it } from 'vitest';
import { createJsonIcebergCatalog } from '../../../src/lake/json-iceberg-catalog.ts';
import { createLocalObjectStore } from '../../../src/lake/local-object-store.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { RunningCli } from '../../support/cli.ts';
import type { Fault } from '../../support/fault-at.ts';
import { loadTable } from '../../support/iceberg-lake.ts';
import { provideIcebergReaders, readWithPyiceberg } from '../../support/iceberg-readers.ts';
import { Scenario } from '../../support/scenario.ts';

/** Places in the commit of a snapshot at which the process is killed, in this order. */
const kills: readonly Fault[] = [
  { operation: 'put', phase: 'before', key: 'metadata/snap-.*avro$', signal: 'SIGKILL' },
  { operation: 'put', phase: 'after', key: 'metadata/snap-.*avro$', signal: 'SIGKILL' },
  // the pointer is swapped: before, and when the process can't know any more
  { operation: 'put', phase: 'before', key: '^_catalog/.*json$', content: 'metadata/0000[1-9]', signal: 'SIGKILL' },
  { operation: 'put', phase: 'after', key: '^_catalog/.*json$', content: 'metadata/0000[1-9]', signal: 'SIGKILL' },
];

beforeAll(async () => {
  await provideIcebergReaders();
});

describe('kill -9 while a snapshot is committed', () => {
  it('loses nothing and doubles nothing in any snapshot, as PyIceberg counts', async () => {
    const scenario = await Scenario.open({ TABLE_FORMAT: 'iceberg', COMMIT_SECONDS: '1' });
    await scenario.produce(1000, { partitions: 2 });
    for (const fault of kills) {
      const env = {
        ...scenario.env,
        FAULTS: JSON.stringify([fault]),
        NODE_OPTIONS: '--import=./test/support/fault-at.ts',
      };
      const victim = new RunningCli(['consume'], env);
      expect(await victim.ended()).toBe('SIGKILL');
    }
    await scenario.produce(500, { partitions: 2 });
    await scenario.consumeToEnd();
    const store = createLocalObjectStore({ root: scenario.folder });
    const catalog = createJsonIcebergCatalog({ store, database: 'glueless', clock: systemClock });
    const table = await loadTable({ iceberg: catalog }, scenario.env['LAKE_TABLE']);
    const read = await readWithPyiceberg({ metadata: table.metadataLocation, snapshots: true });
    expect(read.snapshots.length).toBeGreaterThan(1);
    expect(read.snapshots.map(({ rows, distinct }) => rows - distinct)).toEqual(read.snapshots.map(() => 0));
    expect(read.snapshots.at(-1)?.rows).toBe(scenario.acknowledged);
  });
});
