import { glob, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDuckdbQueryEngine } from '../../src/lake/duckdb-query-engine.ts';
import { createLocalObjectStore } from '../../src/lake/store/local-object-store.ts';
import { Attack } from '../support/attack.ts';
import { localIcebergCatalog } from '../support/local-iceberg-catalog.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

/** Quick settling of hours that are long past: the Kafka partitions are idle as soon as they are read. */
const quick = { HOURS_EVERY_SECONDS: '1', HOURS_LATENESS_SECONDS: '1', WATERMARK_IDLE_SECONDS: '1' };

async function setup() {
  const receiver = await WebhookReceiver.open();
  const env = { ...quick, HOURS_WEBHOOK_URL: receiver.url, WEBHOOK_TOKEN: 'secret' };
  const attack = await Attack.open({ partitions: 2, env });
  await attack.append(40, { partition: 0 });
  await attack.append(20, { partition: 1 });
  return { receiver, attack };
}

/** What a query sees of `<table>_hours`, in the order of changes. */
async function tableOfHours({ folder, table }: Attack): Promise<string[]> {
  const name = `${table}_hours`;
  const store = createLocalObjectStore({ root: folder });
  const engine = await createDuckdbQueryEngine([{ name, location: store.uri(`${name}/`) }]);
  try {
    const sql = `SELECT substr(hour, 12) AS hour, revision, state, rows, late_rows FROM ${name} WHERE state <> 'filling' ORDER BY hour, revision`;
    const rows = await engine.query(sql);
    return rows.map(({ hour, state, rows: count, late_rows: late }) =>
      [hour, state, count, late].map(String).join(' '),
    );
  } finally {
    await engine.close();
  }
}

/** Sets an Iceberg table back to its first snapshot. */
async function setBack({ folder, table: name }: Attack): Promise<void> {
  const iceberg = localIcebergCatalog(folder);
  const table = await iceberg.load(name);
  const first = table?.metadata.snapshots[0]?.['snapshot-id'];
  if (table === undefined || first === undefined) throw new Error(`${name} has no snapshot`);
  const back = { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': first } as const;
  await iceberg.commit(table, { requirements: [], updates: [back] });
}

describe('hours of a table on a real broker', () => {
  it('complete, reopen and complete again with the right numbers, and each change is told once', async () => {
    const { attack, receiver } = await setup();
    const consumer = attack.start(['consume']);
    await consumer.untilLogged(/"msg":"hour is complete"/, 2);
    await attack.append(6, { partition: 1, hour: () => 0 });
    await consumer.untilLogged(/"msg":"hour is complete"/, 3);
    await expect.poll(() => receiver.received.length).toBe(4);
    expect(await consumer.stop()).toBe(143);

    expect(await tableOfHours(attack)).toEqual([
      '09 complete 30 0',
      '09 reopened 36 6',
      '09 complete 36 6',
      '10 complete 30 0',
    ]);
    const shown = await attack.succeed(['hours', '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject([
      { hour: expect.stringMatching(/T09$/), state: 'complete', rows: 36, lateRows: 6 },
      { hour: expect.stringMatching(/T10$/), state: 'complete', rows: 30, lateRows: 0 },
    ]);
    expect(new Set(receiver.keys()).size).toBe(4);
    expect(receiver.received.filter(({ body }) => body['state'] === 'reopened')).toMatchObject([
      { type: 'hour.reopened', authorization: 'Bearer secret', body: { rows: 36, lateRows: 6, table: attack.table } },
    ]);
    await attack.expectExactlyOnce();
    await attack.succeed(['verify', '--deep']);
    const folder = join(attack.folder, `${attack.table}_hours`);
    const [gone = ''] = (await Array.fromAsync(glob('*/*T09-r2.parquet', { cwd: folder }))).toSorted();
    await rm(join(folder, gone));
    const found = await attack.run(['verify']);
    expect({ code: found.code, stdout: found.stdout }).toEqual({
      code: 1,
      stdout: expect.stringContaining(`hour-missing: ${attack.table}_hours/${gone} is gone`),
    });
    const [, settle = ''] = /what to do: glueless (hours --settle --since \S+)/.exec(found.stdout) ?? [];
    await attack.succeed(settle.split(' '));
    await attack.succeed(['verify']);
    const ofHours = await attack.run(['verify', '--repair'], { LAKE_TABLE: `${attack.table}_hours` });
    expect(ofHours).toMatchObject({ code: 1, stdout: '' });
    expect(ofHours.stderr).toContain(`is the table of hours of ${attack.table}`);
  });

  it('tells a change twice at most, with the same key, when the process is killed between sending and noting it', async () => {
    const { attack, receiver } = await setup();
    await attack.killWhenTold(receiver);
    const [first] = receiver.keys();
    // nobody knows yet that the lease's holder is dead: only the other hour is told
    await attack.succeed(['hours', '--settle']);
    expect(receiver.keys().filter((key) => key === first)).toHaveLength(1);
    const later = { NODE_OPTIONS: '--import ./test/support/clock-ahead.ts' };
    await attack.succeed(['hours', '--settle'], later);
    await attack.succeed(['hours', '--settle'], later);
    expect(receiver.keys().filter((key) => key === first)).toHaveLength(2);
    expect(new Set(receiver.keys()).size).toBe(2);
    expect(receiver.keys()).toHaveLength(3);
  });

  it('are those of an Iceberg table too, whose readers see what a snapshot has taken in', async () => {
    const attack = await Attack.open({
      env: { TABLE_FORMAT: 'iceberg', HOURS_LATENESS_SECONDS: '1', WATERMARK_IDLE_SECONDS: '0' },
    });
    await attack.append(40);
    await attack.consumeToEnd();
    await attack.succeed(['hours', '--settle']);
    expect(await tableOfHours(attack)).toEqual(['09 complete 20 0', '10 complete 20 0']);
    // and no longer once somebody has set the table back
    await attack.append(10);
    await attack.consumeToEnd();
    await setBack(attack);
    const { code, stderr } = await attack.run(['hours', '--settle']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('TABLE_ROLLED_BACK')]);
    expect(await tableOfHours(attack)).toEqual(['09 complete 20 0', '10 complete 20 0']);
  });
});
