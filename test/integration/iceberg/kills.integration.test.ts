import { beforeAll, describe, expect, it } from 'vitest';
import { retentionProperties } from '../../../src/iceberg/metadata/expire-snapshots.ts';
import type { LoadedTable } from '../../../src/iceberg/iceberg-catalog.ts';
import { runCli, RunningCli, type Environment } from '../../support/cli.ts';
import type { Fault } from '../../support/fault-at.ts';
import { loadTable, setProperties } from '../../support/iceberg-lake.ts';
import { provideIcebergReaders, readWithPyiceberg } from '../../support/iceberg-readers.ts';
import { localIcebergCatalog } from '../../support/local-iceberg-catalog.ts';
import { Scenario } from '../../support/scenario.ts';

/** The metadata of a table that is there already has been written, and the catalog still points to the one before. */
const beforePointer: Fault = {
  operation: 'put',
  phase: 'before',
  key: '^_catalog/.*json$',
  content: 'metadata/0000[1-9]',
};

/** Places in the commit of a snapshot at which the process is killed, in this order. */
const kills: readonly Fault[] = [
  { operation: 'put', phase: 'before', key: 'metadata/snap-.*avro$', signal: 'SIGKILL' },
  { operation: 'put', phase: 'after', key: 'metadata/snap-.*avro$', signal: 'SIGKILL' },
  // the pointer is swapped: before, and when the process can't know any more
  { ...beforePointer, signal: 'SIGKILL' },
  { ...beforePointer, phase: 'after', signal: 'SIGKILL' },
];

beforeAll(async () => {
  await provideIcebergReaders();
});

describe('kill -9 while a snapshot is committed', () => {
  it('loses nothing and doubles nothing in any snapshot, as PyIceberg counts', async () => {
    const scenario = await Scenario.open({ TABLE_FORMAT: 'iceberg', COMMIT_SECONDS: '1' });
    await scenario.produce(1000, { partitions: 2 });
    for (const fault of kills) {
      const victim = scenario.consume(faultsOf(fault));
      expect(await victim.ended()).toBe('SIGKILL');
    }
    await scenario.produce(500, { partitions: 2 });
    await scenario.consumeToEnd();
    expect(await expectOnceInEverySnapshot(scenario)).toBeGreaterThan(1);
  });
});

describe('two deployments on one table', () => {
  it('each read all of the topic, and hold every record once in every snapshot, also when all is replayed by one', async () => {
    const scenario = await Scenario.open({ TABLE_FORMAT: 'iceberg', COMMIT_SECONDS: '1' });
    await scenario.produce(1500, { partitions: 3 });
    await Promise.all([
      scenario.consumeToEnd(),
      scenario.consumeToEnd({ KAFKA_GROUP_ID: `${scenario.topic}-other`, BATCH_ROWS_MAX: '333' }),
    ]);
    const before = await expectOnceInEverySnapshot(scenario);
    expect(await runCli(['replay', '--all'], scenario.env)).toMatchObject({ code: 0 });
    expect(await expectOnceInEverySnapshot(scenario)).toBe(before + 1);
  });
});

describe('a member that is frozen before the catalog is told of its snapshot', () => {
  it('loses nothing and doubles nothing when it wakes up after others have committed and expired what it began with', async () => {
    const scenario = await Scenario.open({ TABLE_FORMAT: 'iceberg', COMMIT_SECONDS: '1' });
    await scenario.produce(300, { partitions: 2 });
    await scenario.consumeToEnd();
    await keepOneSnapshot(scenario);
    await scenario.produce(300, { partitions: 2 });
    const fault: Fault = { ...beforePointer, nth: 1, signal: 'SIGSTOP' };
    const zombie = scenario.consume({ ...faultsOf(fault), KAFKA_GROUP_ID: `${scenario.topic}-other` });
    await zombie.untilLogged(/"msg":"fault"/);
    const begun = await currentTable(scenario);
    for (let round = 0; round < 2; round++) {
      await scenario.produce(100, { partitions: 2 });
      await scenario.consumeToEnd();
    }
    const { snapshots } = (await currentTable(scenario)).metadata;
    expect(snapshots.map((each) => each['snapshot-id'])).not.toContain(begun.metadata['current-snapshot-id']);
    zombie.process.kill('SIGCONT');
    await scenario.produce(100, { partitions: 2 });
    await scenario.consumeToEnd();
    expect([143, 1]).toContain(await zombie.stop());
    await expectOnceInEverySnapshot(scenario);
  });
});

/** Places in the upkeep of a table at which the process is killed, in this order. */
const upkeepKills: readonly Fault[] = [
  { operation: 'put', phase: 'after', key: '/merged-.*parquet$', signal: 'SIGKILL' },
  { operation: 'put', phase: 'before', key: 'metadata/snap-.*avro$', signal: 'SIGKILL' },
  { operation: 'put', phase: 'before', key: '^_catalog/.*json$', signal: 'SIGKILL' },
  { operation: 'put', phase: 'after', key: '^_catalog/.*json$', signal: 'SIGKILL' },
];

describe('kill -9 while small files are merged', () => {
  it('loses nothing and doubles nothing in any snapshot, beside consumers, a replay and another upkeep', async () => {
    const scenario = await Scenario.open({
      TABLE_FORMAT: 'iceberg',
      COMMIT_SECONDS: '1',
      MAINTAIN_LATENESS_SECONDS: '0',
    });
    await scenario.produce(800, { partitions: 2 });
    await scenario.consumeToEnd();
    for (const fault of upkeepKills) {
      const victim = new RunningCli(['maintain'], { ...scenario.env, ...faultsOf(fault) });
      expect(await victim.ended()).toBe('SIGKILL');
    }
    await scenario.produce(400, { partitions: 2 });
    const maintain = async () => expect(await runCli(['maintain'], scenario.env)).toMatchObject({ code: 0 });
    await Promise.all([scenario.consumeToEnd(), maintain(), maintain()]);
    const replay = async () => expect(await runCli(['replay', '--all'], scenario.env)).toMatchObject({ code: 0 });
    await Promise.all([replay(), maintain()]);
    await maintain();
    await expectOnceInEverySnapshot(scenario);
    expect(await runCli(['verify', '--deep'], scenario.env)).toMatchObject({ code: 0 });
  });
});

/** Has PyIceberg count the rows of every snapshot: none is there twice, and all are there in the end. Gives the number of snapshots. */
async function expectOnceInEverySnapshot(scenario: Scenario): Promise<number> {
  const { metadataLocation } = await currentTable(scenario);
  const read = await readWithPyiceberg({ metadata: metadataLocation, snapshots: true });
  expect(read.snapshots.map(({ rows, distinct }) => rows - distinct)).toEqual(read.snapshots.map(() => 0));
  expect(read.snapshots.at(-1)?.rows).toBe(scenario.acknowledged);
  return read.snapshots.length;
}

function faultsOf(fault: Fault): Environment {
  return { FAULTS: JSON.stringify([fault]), NODE_OPTIONS: '--import=./test/support/fault-at.ts' };
}

async function currentTable(scenario: Scenario): Promise<LoadedTable> {
  return loadTable({ iceberg: localIcebergCatalog(scenario.folder) }, scenario.env['LAKE_TABLE']);
}

/** Has every commit expire the snapshots before it. */
async function keepOneSnapshot(scenario: Scenario): Promise<void> {
  const properties = { [retentionProperties.countMin]: '1', [retentionProperties.ageMaxMs]: '1' };
  await setProperties({ iceberg: localIcebergCatalog(scenario.folder) }, properties, scenario.env['LAKE_TABLE']);
}
