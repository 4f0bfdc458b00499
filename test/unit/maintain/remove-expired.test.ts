import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import type { CommittedEntry } from '../../../src/consumer/ledger/entry/ledger-entry.ts';
import {
  dayOf,
  expiryDay,
  isExpired,
  raiseExpiry,
  readExpiry,
} from '../../../src/consumer/ledger/notes/expired-days.ts';
import { expiryKey } from '../../../src/consumer/ledger/keys/ledger-keys.ts';
import { removeExpired, type ExpiryOptions } from '../../../src/consumer/maintain/hive/remove-expired.ts';
import type { UpkeepEvent } from '../../../src/consumer/maintain/upkeep.ts';
import type { ObjectStore } from '../../../src/consumer/ports/lake.ts';
import { deadLetterTable } from '../../../src/consumer/table/dead-letters/dead-letter-table.ts';
import { adoptedByParameter } from '../../../src/consumer/table/catalog/shared-table.ts';
import { createJsonCatalog } from '../../../src/lake/catalog/json-catalog.ts';
import { AuditedLake, batchRecords, fileOfOffsets } from '../../support/audited-lake.ts';
import { testTimestampMs } from '../../support/chunks.ts';
import { openTestLake, readRows, testPath, testTable } from '../../support/lake.ts';

const dayMs = 86_400_000;
/** The first day that stays. Batches of the test lake are of 2026-11-23; those that the tests add are of the days before. */
const before = '2026-11-23';
const path = testPath();
/** Of a batch: 18 rows of 20 records, a tombstone and a dead letter beside. */
const batchRows = batchRecords - 2;

/** A lake with two batches of expired days, each in two Hive partitions, beside the four of 2026-11-23. */
async function agedLake(): Promise<AuditedLake> {
  const lake = await AuditedLake.open();
  await lake.write(0, batchRecords, testTimestampMs - 3 * dayMs);
  await lake.write(1, batchRecords, testTimestampMs - 2 * dayMs);
  return lake;
}

interface Asked {
  readonly store?: ObjectStore;
  readonly before?: string;
  readonly isDryRun?: boolean;
}

/** Removes what has expired; answers with what it says of it. */
async function expire(lake: AuditedLake, asked: Asked = {}): Promise<UpkeepEvent[]> {
  const { store = lake.lake.store, before: day = before, isDryRun = false } = asked;
  const events: UpkeepEvent[] = [];
  const options: ExpiryOptions = {
    ledger: new Ledger(store),
    store,
    catalog: createJsonCatalog({ store, database: 'test' }),
    table: testTable,
    nowMs: testTimestampMs,
    before: day,
    upkeep: { isDryRun },
    observe: (event) => events.push(event),
  };
  await removeExpired(options);
  return events;
}

async function days(lake: AuditedLake, table = testTable): Promise<string[]> {
  const found: string[] = [];
  for await (const { values } of lake.lake.catalog.listPartitions(table)) found.push(values.join('T'));
  return found.toSorted();
}

/** The store of a process that dies with its nth change. */
function dying(store: ObjectStore, diesAt: number, when: 'before' | 'after'): ObjectStore {
  let changes = 0;
  const change = async <T>(work: () => Promise<T>): Promise<T> => {
    if (++changes > diesAt || (changes === diesAt && when === 'before')) throw new Error('killed');
    const result = await work();
    if (changes === diesAt) throw new Error('killed');
    return result;
  };
  return {
    ...store,
    put: (...given) => change(() => store.put(...given)),
    delete: (...given) => change(() => store.delete(...given)),
  };
}

describe('days that expire', () => {
  it('are told by the values of partition keys, in every layout', () => {
    expect(dayOf(['2026-11-23', '09'])).toBe('2026-11-23');
    expect(dayOf(['2026-11-23'])).toBe('2026-11-23');
    expect(dayOf(['2026', '11', '23', '09'])).toBe('2026-11-23');
    for (const values of [[], ['2026-13-45'], ['__HIVE_DEFAULT_PARTITION__', '09'], ['2026', '11', '99', '00']])
      expect(dayOf(values)).toBeUndefined();
  });

  it('lie wholly before the days that are kept', () => {
    const first = expiryDay(Date.parse('2026-11-23T23:59:59Z'), 1);
    expect(first).toBe('2026-11-22');
    expect(isExpired(['2026-11-21', '23'], first)).toBe(true);
    expect(isExpired(['2026-11-22', '00'], first)).toBe(false);
    expect(isExpired(['2026-11-22', '00'], undefined)).toBe(false);
  });

  it('are none that only a missing or wrong Kafka timestamp gives', () => {
    for (const day of ['1970-01-01', '1970-01-21']) expect(isExpired([day], before)).toBe(false);
  });
});

describe('the note of days that have expired', () => {
  it('only rises, whoever writes it at the same time', async () => {
    const { store } = await openTestLake();
    const notedAt = new Date(testTimestampMs).toISOString();
    const raise = (day: string): Promise<string> => raiseExpiry(store, testTable, { before: day, notedAt });
    const all = ['2026-11-03', '2026-11-05', '2026-11-01', '2026-11-04', '2026-11-02'];
    await Promise.all(all.map(raise));
    expect(await readExpiry(store, testTable)).toBe('2026-11-05');
    expect(await raise('2026-11-04')).toBe('2026-11-05');
  });

  it.each(['', '{}', '[]', 'null', '{"before":"soon"}', '{"before":"2026-11-31"}', '{"before":20261123}'])(
    'stops whoever finds %j in its place',
    async (text) => {
      const { store } = await openTestLake();
      await store.put(expiryKey(testTable), Buffer.from(text));
      await expect(readExpiry(store, testTable)).rejects.toMatchObject({ code: 'LEDGER_CORRUPT' });
    },
  );
});

describe('removing what has expired', () => {
  it('takes the days’ partitions from the catalog, rows and dead letters, and verify misses nothing', async () => {
    const lake = await agedLake();
    const about = { kind: 'partitions-removed', before };
    expect(await expire(lake)).toEqual([
      { ...about, table: testTable, partitions: 4, files: 4, rows: 2 * batchRows },
      { ...about, table: deadLetterTable(testTable), partitions: 2, files: 2, rows: 2 },
    ]);
    expect(await days(lake)).toEqual(['2026-11-23T09', '2026-11-23T10']);
    expect(await days(lake, deadLetterTable(testTable))).toEqual(['2026-11-23']);
    expect(await readRows(lake.lake)).toHaveLength(4 * batchRows);
    const { findings, expiredBefore } = await lake.verify({ deep: true });
    expect({ findings, expiredBefore }).toEqual({ findings: [], expiredBefore: before });
  });

  it.each(['day', 'ingest-hour'] as const)(
    'takes whole days of a table that is partitioned by %s, too',
    async (layout) => {
      const lake = await AuditedLake.open({ placement: { layout } });
      for (const day of [30, 2, 1]) await lake.write(0, batchRecords, testTimestampMs - day * dayMs);
      const first = layout === 'day' ? ['2026-11-22', '2026-11-23'] : ['2026T11T22T09', '2026T11T23T09'];
      expect(await expire(lake, { before: '2026-11-22' })).toMatchObject([{ rows: 2 * batchRows }, { rows: 2 }]);
      expect(await days(lake)).toEqual(first);
      expect(await readRows(lake.lake)).toHaveLength(5 * batchRows);
      expect(await lake.problems({ deep: true })).toEqual([]);
      await expect(expire(lake, { before: '2026-11-24' })).rejects.toMatchObject({ code: 'EXPIRY_REFUSED' });
      await expire(lake);
      expect(await readRows(lake.lake)).toHaveLength(4 * batchRows);
    },
  );

  it('does nothing when it is called again, or says only what it would do', async () => {
    const lake = await agedLake();
    const would = await expire(lake, { isDryRun: true });
    expect(await readExpiry(lake.lake.store, testTable)).toBeUndefined();
    expect(await readRows(lake.lake)).toHaveLength(6 * batchRows);
    expect(await expire(lake)).toEqual(would);
    expect(await expire(lake)).toEqual([]);
  });

  it.each(['before', 'after'] as const)(
    'is finished by the next call, wherever it dies: %s each change',
    async (when) => {
      // the note, and of each table the catalog's partitions and the objects
      for (let diesAt = 1; diesAt <= 5; diesAt++) {
        const lake = await agedLake();
        await expect(expire(lake, { store: dying(lake.lake.store, diesAt, when) })).rejects.toThrow('killed');
        expect(await lake.problems({ deep: true })).toEqual([]);
        await expire(lake);
        expect(await days(lake)).toEqual(['2026-11-23T09', '2026-11-23T10']);
        expect(await readRows(lake.lake)).toHaveLength(4 * batchRows);
        expect(await readRows(lake.lake, deadLetterTable(testTable))).toHaveLength(4);
        expect(await lake.problems({ deep: true })).toEqual([]);
      }
    },
  );

  it('keeps what no day has, however old its Kafka timestamp seems', async () => {
    const lake = await agedLake();
    await lake.write(0, batchRecords, 0);
    await expire(lake);
    expect(await days(lake)).toEqual(['1970-01-01T00', '1970-01-01T01', '2026-11-23T09', '2026-11-23T10']);
    expect(await readRows(lake.lake)).toHaveLength(5 * batchRows);
  });

  it('leaves objects alone that nobody knows, and names them', async () => {
    const lake = await agedLake();
    const key = `${testTable}/event_date=2026-11-20/event_hour=09/other.parquet`;
    await lake.lake.store.put(key, Buffer.from('not ours'));
    const [removed, left] = await expire(lake);
    expect(removed).toMatchObject({ kind: 'partitions-removed', files: 4 });
    const why = expect.stringContaining('not of our making');
    expect(left).toEqual({ kind: 'left-alone', table: testTable, partition: ['2026-11-20', '09'], files: 1, why });
    expect(await lake.lake.store.head(key)).toBeDefined();
  });

  it('lets verify --deep look for each record of a batch that has expired in part', async () => {
    const lake = await AuditedLake.open();
    await lake.write(0, batchRecords, Date.parse('2026-11-22T23:30:00Z'));
    await expire(lake);
    const [staying = '', ...others] = await lake.objects(0, 40);
    expect([staying.includes(before), others]).toEqual([true, []]);
    const bytes = await fileOfOffsets(0, [41, 41, 45, 47, 49, 51, 53, 55, 57]);
    await writeFile(staying, bytes);
    await lake.editEntry(0, 40, (entry) => {
      const text = JSON.stringify(entry).replaceAll(/"crc32":\d+,/g, '');
      return text.replaceAll(/"bytes":\d+/g, `"bytes":${bytes.length}`);
    });
    expect(await lake.problems({ deep: true })).toEqual(['record-doubled', 'record-missing']);
  });

  it('sees nothing missing when days expire in the middle of an audit', async () => {
    const lake = await agedLake();
    const { store } = lake.lake;
    let hasExpired = false;
    const slow: ObjectStore = {
      ...store,
      list: async function* (...given) {
        const [prefix] = given;
        if (prefix === `${testTable}/` && !hasExpired) {
          hasExpired = true;
          await expire(lake);
        }
        yield* store.list(...given);
      },
    };
    expect(await lake.problems({ store: slow })).toEqual([]);
    expect(hasExpired).toBe(true);
  });
});

describe('removing what has expired beside other work', () => {
  /** The entry of the expired batch of partition 0. */
  async function expiredEntry(lake: AuditedLake): Promise<CommittedEntry> {
    const found = await lake.ledger.get(path, 40n);
    if (found?.entry.state !== 'committed') throw new Error('the entry is not committed');
    return found.entry;
  }

  it('leaves a range alone that is being replaced, until that has ended', async () => {
    const lake = await agedLake();
    const found = await lake.ledger.get(path, 40n);
    const entry = await expiredEntry(lake);
    const { recipe, plan, writer } = entry;
    const startedAt = new Date(testTimestampMs).toISOString();
    const replacement = { generation: 2, writer, startedAt, recipe, plan, why: 'replay' as const };
    if (found !== undefined) await lake.ledger.replace(found, { ...entry, state: 'replacing', replacement });
    const left = (await expire(lake)).filter(({ kind }) => kind === 'left-alone');
    const why = 'they are of a range that is replacing: they go once that has ended';
    expect(left).toMatchObject([
      { table: testTable, partition: ['2026-11-20', '09'], files: 1, why },
      { table: testTable, partition: ['2026-11-20', '10'], files: 1, why },
      { table: deadLetterTable(testTable), partition: ['2026-11-20'], files: 1, why },
    ]);
    await lake.replay({ partition: 0, from: 40n, to: 60n });
  });

  it('removes again what a replay of an expired range has written again', async () => {
    const lake = await agedLake();
    await expire(lake);
    await lake.replay({ partition: 0, from: 40n, to: 60n });
    expect(await readRows(lake.lake)).toHaveLength(5 * batchRows);
    expect(await lake.problems({ deep: true })).toEqual([]);
    await expire(lake);
    expect(await readRows(lake.lake)).toHaveLength(4 * batchRows);
    expect(await lake.problems({ deep: true })).toEqual([]);
  });

  it('lets nothing that a dead replay has left stay for good', async () => {
    const lake = await AuditedLake.open();
    // a batch from the day before into the day that stays
    await lake.write(0, batchRecords, Date.parse('2026-11-22T23:30:00Z'));
    const old = await lake.objects(0, 40);
    await lake.replay({ partition: 0, from: 40n, to: 60n });
    const left = old.find((each) => each.includes('event_date=2026-11-23'))?.slice(lake.lake.root.length + 1) ?? '';
    const now = left.replace('-g1.', '-g2.');
    const stored = await lake.lake.store.get(now);
    await lake.lake.store.put(left, stored?.bytes ?? Buffer.of());
    await expire(lake);
    expect(await lake.repair()).toEqual([`deleted ${left}`]);
    expect(await readRows(lake.lake)).toHaveLength(4 * batchRows + batchRows / 2);
    expect(await lake.problems({ deep: true })).toEqual([]);
  });

  it('keeps days that once expired and are written again under a longer RETENTION_DAYS', async () => {
    const lake = await agedLake();
    await expire(lake);
    await lake.replay({ partition: 0, from: 40n, to: 60n });
    await expire(lake, { before: '2026-11-20' });
    expect(await readExpiry(lake.lake.store, testTable)).toBe(before);
    expect(await readRows(lake.lake)).toHaveLength(5 * batchRows);
  });
});

describe('tables that days can’t be removed from', () => {
  it('are those without partitions of days', async () => {
    const lake = await AuditedLake.open({ placement: { layout: 'none' } });
    await expect(expire(lake)).rejects.toMatchObject({ code: 'TABLE_MISMATCH' });
    expect(await readExpiry(lake.lake.store, testTable)).toBeUndefined();
  });

  it('are those whose files an Iceberg table has taken in', async () => {
    const lake = await agedLake();
    const { catalog } = lake.lake;
    const table = await catalog.load(testTable);
    const parameters = { [adoptedByParameter]: 'readings_iceberg' };
    await catalog.evolve({ table: testTable, expectedVersion: table?.version ?? '', addColumns: [], parameters });
    await expect(expire(lake)).rejects.toThrow(/shares its files with the Iceberg table readings_iceberg/);
    expect(await readExpiry(lake.lake.store, testTable)).toBeUndefined();
    expect(await readRows(lake.lake)).toHaveLength(6 * batchRows);
  });

  it('are those of which nothing would be left, as a wrong clock says', async () => {
    const lake = await agedLake();
    await expect(expire(lake, { before: '2027-11-23' })).rejects.toMatchObject({ code: 'EXPIRY_REFUSED' });
    expect(await readExpiry(lake.lake.store, testTable)).toBeUndefined();
    expect(await readRows(lake.lake)).toHaveLength(6 * batchRows);
  });

  it('are not there yet, or have nothing old', async () => {
    const lake = await AuditedLake.open();
    expect(await expire(lake)).toEqual([]);
    await lake.lake.store.delete([`_catalog/test/${testTable}.json`]);
    expect(await expire(lake)).toEqual([]);
  });
});
