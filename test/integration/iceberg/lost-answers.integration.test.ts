import { beforeAll, describe, expect, inject, it } from 'vitest';
import { jsonRecords } from '../../support/chunks.ts';
import { startFaultyProxy, type Fault } from '../../support/faulty-proxy.ts';
import { Gate } from '../../support/gate.ts';
import { openIcebergLakeOnGlue } from '../../support/glue-iceberg-lake.ts';
import { loadTable } from '../../support/iceberg-lake.ts';
import { changeWithPyiceberg, provideIcebergReaders, readWithPyiceberg } from '../../support/iceberg-readers.ts';
import { commitRows, createIcebergTools, runIceberg } from '../../support/iceberg-service.ts';
import { topicOf } from '../../support/run-service.ts';
import { writeBatches } from '../../support/write-batches.ts';

const { endpoint, bucket, environment } = inject('stack').aws;
Object.assign(process.env, environment);

beforeAll(async () => {
  await provideIcebergReaders();
});

const reset: Fault = { kind: 'reset' };
const refused: Fault = { kind: 'answer', status: 500, code: 'InternalServiceException' };

/** A lake in Glue, and one whose updates of tables meet planned faults, the next one each; `undefined` is none. */
async function openFaultyLake() {
  const opened = openIcebergLakeOnGlue({ endpoint, bucket });
  const faults: (Fault | undefined)[] = [];
  const proxy = await startFaultyProxy(endpoint, ({ action }) =>
    action.endsWith('UpdateTable') ? faults.shift() : undefined,
  );
  const count = async () => {
    const { catalog, name } = opened;
    const { snapshots } = await readWithPyiceberg({ catalog, name, snapshots: true });
    expect(snapshots.map(({ rows, distinct }) => rows - distinct)).toEqual(snapshots.map(() => 0));
    return { rows: snapshots.at(-1)?.rows, snapshots: snapshots.length };
  };
  return { ...opened, faulty: opened.open(proxy.endpoint), faults, faultCount: proxy.faults, count };
}

describe('the service whose updates of the table in Glue get lost, fail, and come late', () => {
  it('holds every record once in every snapshot, as PyIceberg counts, also after late ones have come', async () => {
    const { faulty, faults, faultCount, count } = await openFaultyLake();
    const gates = [new Gate(), new Gate()];
    const planned = gates.flatMap((gate): (Fault | undefined)[] => [
      { kind: 'lost-answer' },
      undefined,
      refused,
      { kind: 'cut-answer' },
      undefined,
      { kind: 'late', gate },
      reset,
      reset,
      undefined,
    ]);
    const total = planned.filter((fault) => fault !== undefined).length;
    faults.push(...planned);
    const topic = topicOf(2, 50);
    await runIceberg(topic, faulty, { everyMs: 1 });
    while (faultCount() < total) {
      for (const partition of topic.partitions) topic.append(partition, ...jsonRecords({ n: 1 }));
      await runIceberg(topic, faulty, { everyMs: 1 });
    }
    const records = topic.partitions.reduce((sum, partition) => sum + Number(topic.marksOf(partition).high), 0);
    const before = await count();
    expect(before).toMatchObject({ rows: records });
    for (const gate of gates) await gate.letThrough();
    expect(await count()).toEqual(before);
  });
});

describe('a snapshot whose update of the table in Glue came late', () => {
  /** A table with one snapshot, and rows for the next, whose commit has failed as far as its process knows. */
  const setup = async () => {
    const opened = await openFaultyLake();
    const { lake, faulty, faults } = opened;
    const batches = [jsonRecords({ n: 1 }, { n: 2 }), jsonRecords({ n: 3 }, { n: 4 }, { n: 5 })];
    await writeBatches(createIcebergTools(lake), batches.slice(0, 1));
    await commitRows(lake);
    await writeBatches(createIcebergTools(lake), batches);
    const gate = new Gate();
    faults.push({ kind: 'late', gate }, reset, reset);
    await expect(commitRows(faulty)).rejects.toMatchObject({ retryable: true });
    return { ...opened, gate };
  };

  it('is refused once its process has committed again', async () => {
    const { faulty, gate, count } = await setup();
    expect(await commitRows(faulty)).toMatchObject({ committed: { rows: 3 } });
    await gate.letThrough();
    expect(await commitRows(faulty)).toBeUndefined();
    expect(await count()).toEqual({ rows: 5, snapshots: 2 });
  });

  it('counts when it came before the next try, though another team has expired it by then', async () => {
    const { lake, faulty, gate, catalog, name, count } = await setup();
    await gate.letThrough();
    await changeWithPyiceberg({ catalog, name, delete: 'n == 5', expire: true });
    expect((await loadTable(lake)).metadata.snapshots).toHaveLength(1);
    expect(await commitRows(faulty)).toBeUndefined();
    expect(await count()).toEqual({ rows: 4, snapshots: 1 });
  });
});
