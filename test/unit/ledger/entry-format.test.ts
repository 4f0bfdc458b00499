import { describe, expect, it } from 'vitest';
import { parseEntry, serializeEntry } from '../../../src/consumer/ledger/entry/entry-format.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { testPath, testRecipe, testTable, testTopic } from '../../support/lake.ts';
import { claimOf, committedOf } from '../../support/ledger-entries.ts';

const key = '_ledger/readings/readings/0/00000000000000000010.json';
const place = { ...testPath(), from: 10n };
const bytesOf = (json: unknown): Buffer => Buffer.from(JSON.stringify(json));

describe('an entry', () => {
  it('comes back as it was written, offsets beyond what a double holds too', () => {
    const beyond = 2n ** 60n;
    const entry = committedOf(claimOf(beyond, beyond + 5n, { topicId: 'id', obsolete: ['a'] }), {
      lastRecord: { offset: beyond, timestampMs: 1, valueCrc32: 2 },
      lost: { from: beyond, to: beyond + 1n },
    });
    expect(parseEntry(key, serializeEntry(entry))).toEqual(entry);
  });

  it('of a newer format is refused with what to do', () => {
    expect(() => parseEntry(key, bytesOf({ format: 3, shape: 'unknown' }))).toThrow(
      expect.objectContaining({ code: 'LEDGER_NEWER', message: expect.stringContaining('written by a newer version') }),
    );
  });

  it.each([
    ['no JSON', Buffer.from('{'), ''],
    ['a range that holds nothing', serializeEntry(claimOf(10n, 10n)), 'holds nothing'],
    ['a range that runs back', serializeEntry(claimOf(10n, 5n)), 'holds nothing'],
    ['the entry of another offset', serializeEntry(claimOf(20n, 30n)), 'says from 20, its key says 10'],
    ['the entry of another topic', serializeEntry(claimOf(10n, 20n, { topic: 'x' })), 'says topic x'],
  ])('that is %s is corrupt', (_what, bytes, message) => {
    expect(() => parseEntry(key, bytes, place)).toThrow(
      expect.objectContaining({ code: 'LEDGER_CORRUPT', message: expect.stringContaining(message) }),
    );
  });
});

describe('an entry of format 1', () => {
  const { placement } = testRecipe;
  const claim = {
    format: 1,
    state: 'claimed',
    table: testTable,
    topic: testTopic,
    partition: 0,
    from: '10',
    to: '20',
    writer: 'w',
    claimedAt: '2026-11-23T09:15:00.000Z',
    reason: 'rows',
    placement,
  };
  const outcome = { ...committedOf(claimOf(10n, 20n)).outcome, obsolete: ['t/old.parquet'] };

  it('is of generation 0, and its claim can only be claimed again', () => {
    const entry = parseEntry(key, bytesOf(claim), place);
    expect(entry).toMatchObject({
      state: 'claimed',
      generation: 0,
      from: 10n,
      plan: [],
      recipe: { decoder: 0, placement },
    });
  });

  it('keeps what it says of its objects', () => {
    const entry = parseEntry(key, bytesOf({ ...claim, state: 'committed', outcome }), place);
    expect(entry).toMatchObject({
      state: 'committed',
      generation: 0,
      obsolete: ['t/old.parquet'],
      outcome: { rows: 0 },
    });
  });

  it('that is being replaced can be replaced again', () => {
    const replacement = { writer: 'r', startedAt: '2026-11-23T09:15:00.000Z', placement };
    const entry = parseEntry(key, bytesOf({ ...claim, state: 'replacing', outcome, replacement }), place);
    expect(entry).toMatchObject({ state: 'replacing', replacement: { generation: 0, plan: [], why: 'replay' } });
  });
});

describe('the first revision of an entry of format 1', () => {
  it('writes the entry itself in our format first, so that a process of the version before is refused', async () => {
    const { placement } = testRecipe;
    const { outcome } = committedOf(claimOf(10n, 20n));
    const range = { table: testTable, topic: testTopic, partition: 0, from: '10', to: '20' };
    const about = { writer: 'w', claimedAt: '2026-11-23T09:15:00.000Z', reason: 'rows', placement };
    const store = createMemoryObjectStore();
    await store.put(key, bytesOf({ format: 1, state: 'committed', ...range, ...about, outcome }));
    const before = await store.get(key);
    const ledger = new Ledger(store);
    const current = await ledger.get(place, 10n);
    if (before === undefined || current === undefined) throw new Error('the entry is there');
    const next = committedOf(claimOf(10n, 20n), { rows: 1 });
    expect((await ledger.replace(current, next)).kind).toBe('ours');
    const theirs = await store.put(key, Buffer.from('the old version’s'), { ifVersion: before.version });
    expect(theirs.kind).toBe('refused');
    expect((await ledger.get(place, 10n))?.entry).toEqual(next);
  });
});
