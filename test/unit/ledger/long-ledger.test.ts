import { crc32, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { findPosition } from '../../../src/consumer/ledger/topic/chain-position.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import type { ObjectStore } from '../../../src/consumer/ports/lake.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { countRequests, sumOf } from '../../../scripts/lakes/count-requests.ts';
import { jobs } from '../../../scripts/lakes/ledger-year-jobs.ts';
import { openYear, writeYear } from '../../../scripts/lakes/year-lake.ts';
import { SimulatedYear } from '../../../scripts/lakes/simulated-year.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';

const file = Buffer.from('PAR1');
const recordsPerBatch = 100;
const batches = 4321;
const end = BigInt(batches * recordsPerBatch);
const firstPath = { table: 'readings', topic: 'thermometer', partition: 0 };
const paths = [0, 1, 2, 3].map((partition) => ({ ...firstPath, partition }));

function simulate(partitions: number, count: number, overlay = createMemoryObjectStore()): SimulatedYear {
  return new SimulatedYear({
    table: 'readings',
    topic: 'thermometer',
    partitions,
    batches: count,
    recordsPerBatch,
    everyMs: 60_000,
    startMs: Date.parse('2026-01-01T00:00:00Z'),
    file,
    fileCrc32: crc32(file),
    overlay,
  });
}

/** Rolled up once, since the tests only read it. */
const simulated = (async (): Promise<SimulatedYear> => {
  const year = simulate(paths.length, batches);
  for (const path of paths) await new Ledger(year).rollUp(path);
  return year;
})();

/** A ledger of some thousand batches in each of four partitions, whose requests count from now on. */
async function openLongLedger() {
  const year = await simulated;
  const { store, requests } = countRequests(year);
  return { year, ledger: new Ledger(store), requests, spent: () => sumOf(requests) };
}

describe('a ledger of thousands of batches', () => {
  it('tells its end within five requests, without any hint', async () => {
    const { ledger, spent } = await openLongLedger();
    const reader = new FakeTopic(paths.length);
    for (const path of paths) {
      const before = spent();
      const assigned = { partition: path.partition, low: end, high: end, topicId: 'simulated' };
      expect(await findPosition(path, assigned, { ledger, reader })).toMatchObject({ next: end });
      expect(spent() - before).toBeLessThanOrEqual(5);
    }
  });

  it.each([0, 1234, 2999, 3000, 4320])('reads batch %s by the requests of one segment', async (index) => {
    const { ledger, year, spent } = await openLongLedger();
    const from = BigInt(index * recordsPerBatch) + 7n;
    for (const path of paths) {
      const before = spent();
      const found = await Array.fromAsync(ledger.entries(path, { from, to: from + 1n }), ({ entry }) => entry);
      expect(found).toEqual([year.entry(path.partition, index)]);
      expect(spent() - before).toBeLessThanOrEqual(5);
    }
  });

  it('reads everything by its segments', async () => {
    const { ledger, year, spent } = await openLongLedger();
    let index = 0;
    for await (const { entry } of ledger.entries(firstPath)) expect(entry).toEqual(year.entry(0, index++));
    expect(index).toBe(batches);
    // four segments, the 321 batches after them, and the listings
    expect(spent()).toBeLessThan(400);
  });

  it('is rolled up once', async () => {
    const { ledger, requests } = await openLongLedger();
    for (const path of paths) expect(await ledger.rollUp(path)).toBe(0);
    expect(requests.put).toBe(0);
  });
});

describe('the audit of thousands of batches', () => {
  const opened = (async () => {
    const size = { batches: 2200, overlay: createMemoryObjectStore() };
    await writeYear(size, () => {});
    return openYear(size);
  })();

  it('finds nothing wrong, by the requests of segments and listings', async () => {
    const { lake, requests } = await opened;
    const before = sumOf(requests);
    expect(await jobs['verify']?.(lake)).toBe('8800 entries read, 0 findings');
    // per partition two segments, the 200 batches after them, and listings
    expect(sumOf(requests) - before).toBeLessThan(1000);
  });

  it('of a day reads no other objects and lists no lake', async () => {
    const { lake, requests } = await opened;
    const before = { ...requests };
    expect(await jobs['verify --since yesterday']?.(lake)).toMatch(/ 0 findings$/);
    expect(requests.head - before.head).toBeLessThan(40);
    expect(sumOf(requests) - sumOf(before)).toBeLessThan(1000);
  });
});

describe('the simulated year', () => {
  it('has the segments that rolling up its entries makes', async () => {
    const [written, rolledUp] = [createMemoryObjectStore(), createMemoryObjectStore()];
    await simulate(1, 2345, written).writeSegments(0);
    await new Ledger(simulate(1, 2345, rolledUp)).rollUp(firstPath);
    const segmentsOf = async (store: ObjectStore) =>
      Array.fromAsync(store.list('_ledger/'), async ({ key }) => {
        const stored = await store.get(key);
        return { key, text: zstdDecompressSync(stored?.bytes ?? '').toString() };
      });
    expect(await segmentsOf(written)).toEqual(await segmentsOf(rolledUp));
    expect(await segmentsOf(written)).toHaveLength(2);
  });
});

describe('a batch that was replaced', () => {
  it('is found by any offset in it', async () => {
    const year = simulate(1, 1150);
    const ledger = new Ledger(year);
    const path = firstPath;
    await ledger.rollUp(path);
    for (const index of [234, 1100]) {
      const entry = year.entry(0, index);
      const changed = { ...entry, generation: entry.generation + 1 };
      const [current] = await Array.fromAsync(ledger.entries(path, entry));
      if (current === undefined) throw new Error('the entry is there');
      expect(await ledger.replace(current, changed)).toMatchObject({ kind: 'ours' });
      for (const from of [entry.from, entry.from + 50n, entry.to - 1n]) {
        const found = await Array.fromAsync(ledger.entries(path, { from, to: from + 1n }), (each) => each.entry);
        expect(found).toEqual([changed]);
      }
    }
  });
});
