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
    expect(await expectOnceInEverySnapshot(scenario)).toBeGreaterThan(1);
  });
});

describe('two deployments on one table', () => {
  it('each read all of the topic, and hold every record once in every snapshot', async () => {
    const scenario = await Scenario.open({ TABLE_FORMAT: 'iceberg', COMMIT_SECONDS: '1' });
    await scenario.produce(1500, { partitions: 3 });
    await Promise.all([
      scenario.consumeToEnd(),
      scenario.consumeToEnd({ KAFKA_GROUP_ID: `${scenario.topic}-other`, BATCH_ROWS_MAX: '333' }),
    ]);
    await expectOnceInEverySnapshot(scenario);
  });
});

/** Has PyIceberg count the rows of every snapshot: none is there twice, and all are there in the end. Gives the number of snapshots. */
async function expectOnceInEverySnapshot(scenario: Scenario): Promise<number> {
  const store = createLocalObjectStore({ root: scenario.folder });
  const catalog = createJsonIcebergCatalog({ store, database: 'glueless', clock: systemClock });
  const table = await loadTable({ iceberg: catalog }, scenario.env['LAKE_TABLE']);
  const read = await readWithPyiceberg({ metadata: table.metadataLocation, snapshots: true });
  expect(read.snapshots.map(({ rows, distinct }) => rows - distinct)).toEqual(read.snapshots.map(() => 0));
  expect(read.snapshots.at(-1)?.rows).toBe(scenario.acknowledged);
  return read.snapshots.length;
}
