import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EntrySample } from '../../../src/consumer/audit/objects/entry-sample.ts';
import { verify, type AuditProgress } from '../../../src/consumer/audit/verify.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { createJsonCatalog } from '../../../src/lake/catalog/json-catalog.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { hyparquetReader } from '../../../src/parquet/read/parquet-reader.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { countRequests } from '../../../scripts/lakes/count-requests.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { AuditedLake } from '../../support/audited-lake.ts';
import { createTestTools, testTable, testTopic } from '../../support/lake.ts';

/** The same bytes but for one bit, in the same size. */
async function damage(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

/** A lake on a store that tells versions and checksums, as S3 does: five batches of ten records. */
async function openVersionedLake() {
  const store = createMemoryObjectStore();
  const catalog = createJsonCatalog({ store, database: 'test' });
  const topic = new FakeTopic(1);
  const tools = createTestTools({ store, catalog });
  const policy = { rowsMax: 100, bytesMax: 1e6, ageMaxMs: 1000 };
  for (let from = 0n; from < 50n; from += 10n) {
    topic.append(0, ...Array.from({ length: 10 }, (_, n) => ({ value: JSON.stringify({ n: n + 0.5 }) })));
    const range = { partition: 0, from, to: from + 10n };
    await replayItem({ kind: 'write', range }, { reader: topic, tools, policy, signal: new AbortController().signal });
  }
  const counted = countRequests(store);
  const run = async () => {
    const ledger = new Ledger(counted.store);
    const about = { table: testTable, topic: testTopic, nowMs: systemClock.nowMs(), claimAgeMaxMs: 60_000 };
    return verify({ ledger, store: counted.store, catalog, parquet: hyparquetReader, reader: topic, ...about });
  };
  return { store, run, requests: counted.requests };
}

async function firstObject(store: ReturnType<typeof createMemoryObjectStore>): Promise<string> {
  const [first] = await Array.fromAsync(store.list(`${testTable}/`, { limit: 1 }));
  return first?.key ?? '';
}

describe('the audit of a store that tells versions', () => {
  it('asks nothing about objects that nobody has written since', async () => {
    const { run, requests } = await openVersionedLake();
    expect((await run()).findings).toEqual([]);
    expect(requests.head).toBe(0);
  });

  it('finds other bytes of the same size by their checksum, without reading them', async () => {
    const { store, run, requests } = await openVersionedLake();
    const key = await firstObject(store);
    const bytes = Uint8Array.from((await store.get(key))?.bytes ?? []);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await store.put(key, bytes);
    const gets = requests.get;
    expect((await run()).findings).toMatchObject([{ problem: 'object-checksum', where: key }]);
    expect(requests.head).toBe(1);
    expect(requests.get - gets).toBeLessThanOrEqual(16);
  });

  it('does not mind an object that was restored with the same bytes', async () => {
    const { store, run } = await openVersionedLake();
    const key = await firstObject(store);
    await store.put(key, (await store.get(key))?.bytes ?? new Uint8Array());
    expect((await run()).findings).toEqual([]);
  });
});

describe('the audit of entries that know no versions, as older ones do', () => {
  it('asks for the checksum of each object once, and reads no entry twice', async () => {
    const { store, run, requests } = await openVersionedLake();
    await run();
    const gets = requests.get;
    for await (const { key } of store.list('_ledger/readings/readings/0/')) {
      const text = Buffer.from((await store.get(key))?.bytes ?? []).toString('utf8');
      await store.put(key, Buffer.from(text.replaceAll(/"version":"\d+",?/g, '')));
    }
    expect((await run()).findings).toEqual([]);
    expect(requests.head).toBe(5);
    expect(requests.get).toBe(2 * gets);
  });
});

describe('verify --since', () => {
  it('looks at the objects of entries that were committed since then, also at those of old ones that were replaced', async () => {
    const lake = await AuditedLake.open();
    const sinceMs = systemClock.nowMs() + 1;
    while (systemClock.nowMs() <= sinceMs) await lake.verify({ sinceMs });
    await damage((await lake.objects(0, 20))[1] ?? '');
    expect(await lake.problems({ sinceMs, deep: true })).toEqual([]);
    await lake.write(0);
    await lake.replay({ partition: 0, from: 0n, to: 20n });
    await damage((await lake.objects(0, 40))[1] ?? '');
    await damage((await lake.objects(0, 0))[1] ?? '');
    const { findings } = await lake.verify({ sinceMs, deep: true });
    expect(findings.map(({ problem, where }) => [problem, /-0-(\d+)-\d+-g/.exec(where)?.[1]])).toEqual([
      ['object-checksum', '40'],
      ['object-checksum', '0'],
    ]);
  });

  it('still sees the chain’s ends and the catalog', async () => {
    const lake = await AuditedLake.open();
    const sinceMs = systemClock.nowMs() + 3_600_000;
    await lake.removeEntry(0, 0);
    lake.append(1, 5);
    const { findings, partitions } = await lake.verify({ sinceMs });
    expect(findings).toMatchObject([{ problem: 'head-missing' }]);
    expect(partitions[1]).toMatchObject({ lag: 5n });
  });
});

describe('verify --sample', () => {
  it('reads the objects of so many entries, and finds what --deep finds in them', async () => {
    const lake = await AuditedLake.open();
    for (const [partition, from] of [
      [0, 0],
      [0, 20],
      [1, 0],
      [1, 20],
    ] as const)
      await damage((await lake.objects(partition, from))[1] ?? '');
    const found = async (entries: number, seed: number) =>
      (await lake.verify({ sample: { entries, seed } })).findings.map(({ where }) => where).toSorted();
    expect(await found(2, 7)).toHaveLength(2);
    expect(await found(4, 7)).toHaveLength(4);
    expect(await found(2, 7)).toEqual(await found(2, 7));
  });

  it('chooses each entry with the same chance', () => {
    const times = new Map<bigint, number>();
    for (let seed = 0; seed < 2000; seed++) {
      const sample = new EntrySample(5, seed);
      for (let from = 0n; from < 20n; from++) sample.add({ partition: 0, from });
      expect(new Set(sample.chosen.map(({ from }) => from)).size).toBe(5);
      for (const { from } of sample.chosen) times.set(from, (times.get(from) ?? 0) + 1);
    }
    expect(times.size).toBe(20);
    for (const count of times.values()) expect(Math.abs(count - 500)).toBeLessThan(100);
  });
});

describe('the audit', () => {
  it('counts rows that have no coordinates, and does not tell them apart', async () => {
    const lake = await AuditedLake.open({ recipe: { kafkaColumns: false } });
    expect(await lake.problems({ deep: true })).toEqual([]);
    await lake.editEntry(0, 0, (entry) => {
      const text = JSON.stringify(entry);
      return text
        .replaceAll(/"rows":9/g, '"rows":8')
        .replace('"records":20', '"records":18')
        .replace('"rows":18', '"rows":16');
    });
    expect(await lake.problems({ deep: true })).toContain('object-rows');
  });

  it('says how far it is', async () => {
    const lake = await AuditedLake.open();
    const said: AuditProgress[] = [];
    await lake.verify({ deep: true, onProgress: (progress) => said.push(progress) });
    expect(said.at(-1)).toEqual({ entries: 4, objects: 24, findings: 0 });
  });

  it('looks again at an entry whose objects a replay exchanges meanwhile, and finds nothing', async () => {
    const lake = await AuditedLake.open();
    const { store } = lake.lake;
    let replayed: Promise<void> | undefined;
    // the replay takes place between the reading of the entry and that of its objects
    const get: typeof store.get = async (key) => {
      if (key.startsWith(testTable) && key.includes('-0-0-20-g1.'))
        await (replayed ??= lake.replay({ partition: 0, from: 0n, to: 20n }));
      return store.get(key);
    };
    expect(await lake.problems({ deep: true, store: { ...store, get } })).toEqual([]);
    expect(replayed).toBeDefined();
    expect(await lake.objects(0, 0)).toEqual(expect.arrayContaining([expect.stringContaining('-g2.')]));
  });
});
