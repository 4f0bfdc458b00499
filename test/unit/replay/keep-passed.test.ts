import { readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { planReplay } from '../../../src/consumer/replay/replay-plan.ts';
import { replayGroup } from '../../../src/consumer/replay/replay.ts';
import { AuditedLake } from '../../support/audited-lake.ts';
import { createTestTools, testPath, testTable } from '../../support/lake.ts';
import { mergeByHand } from '../../support/merge-by-hand.ts';
import { mergeLake, rowsByCatalog } from '../../support/merge-lake.ts';
import { mortalStore } from '../../support/mortal-store.ts';

const selection = { partition: 0, from: 0n, to: 20n };
const hours = ['event_date=2026-11-23/event_hour=09', 'event_date=2026-11-23/event_hour=10'] as const;

/** Replays the first batch as the command does. */
async function replay(lake: AuditedLake, allowLoss: boolean, tools = lake.tools) {
  const path = testPath();
  const entries = await Array.fromAsync(lake.ledger.entries(path, { from: 0n, to: 40n }));
  const plan = planReplay(selection, entries, lake.topic.marksOf(0), { allowLoss });
  const policy = { rowsMax: 100, bytesMax: 1e6, ageMaxMs: 1000 };
  const signal = new AbortController().signal;
  return replayGroup(plan, { reader: lake.topic, tools, policy, signal, allowLoss });
}

const storeKeys = async (lake: AuditedLake): Promise<string[]> =>
  (await Array.fromAsync(lake.lake.store.list(''))).map(({ key }) => key);

/** Offsets of the first batch that readers by the catalog see, in their order. */
async function seen(lake: AuditedLake): Promise<number[]> {
  const rows = await rowsByCatalog(lake.lake.store, lake.lake.catalog);
  const offsets = rows.flatMap((row) => (row.startsWith('0/') ? [Number(row.slice(2))] : []));
  return offsets.filter((offset) => offset < 20).toSorted((a, b) => a - b);
}

/** Ways to lose the odd rows of the first batch. */
const kinds: readonly (readonly [string, (lake: AuditedLake) => Promise<unknown>])[] = [
  ['in objects of its own', async (lake) => rm((await lake.objects(0, 0))[2] ?? '')],
  [
    'in merged files',
    async (lake) => {
      for (const hour of hours) await mergeByHand(lake.lake, {}, hour);
      const keys = await storeKeys(lake);
      await lake.lake.store.delete(keys.filter((key) => key.startsWith(`${testTable}.merged/${hours[1]}`)));
    },
  ],
];

const even = [0, 2, 6, 8, 10, 12, 14, 16, 18];

describe('a batch that Kafka has passed, and objects of which are gone', () => {
  describe.each(kinds)('%s', (_where, lose) => {
    it.each([
      [10n, [11, 13, 15, 17, 19], { from: 1n, to: 10n }],
      [20n, [], { from: 1n, to: 20n }],
      [19n, [19], { from: 1n, to: 18n }],
    ] as const)('keeps the others, and gets what Kafka holds from %d on', async (low, odd, lost) => {
      const lake = await AuditedLake.open();
      await lose(lake);
      lake.topic.deleteBelow(0, low);
      const before = await storeKeys(lake);
      expect(await replay(lake, false)).toMatchObject([
        { kind: 'left', isRefused: true, why: expect.stringContaining('--allow-loss') },
      ]);
      expect(await storeKeys(lake)).toEqual(before);
      expect(await replay(lake, true)).toMatchObject([{ kind: 'done' }]);
      for (const allowLoss of [true, false]) {
        await mergeLake(lake.lake.store, { mayMerge: false });
        expect(await seen(lake)).toEqual([...even, ...odd].toSorted((a, b) => a - b));
        const { findings } = await lake.verify({ deep: true });
        const ofFirst = findings.filter(({ where }) => !where.includes('.parquet'));
        const what = expect.stringContaining('rows of the others are there');
        expect(ofFirst).toMatchObject([{ problem: 'gap', where: `[${lost.from}, ${lost.to})`, what }]);
        expect(await replay(lake, allowLoss)).toMatchObject([{ kind: 'left' }]);
      }
    });
  });

  it('is left as it is where one of them is damaged', async () => {
    const lake = await AuditedLake.open();
    const [, evenRows = '', oddRows = ''] = await lake.objects(0, 0);
    await rm(oddRows);
    await writeFile(evenRows, 'PAR1');
    lake.topic.deleteBelow(0, 10n);
    const before = await storeKeys(lake);
    expect(await replay(lake, true)).toMatchObject([
      { kind: 'left', isRefused: true, why: expect.stringContaining('is damaged') },
    ]);
    expect(await storeKeys(lake)).toEqual(before);
  });

  it('is ended once a damaged one is out of the table, as the audit says', async () => {
    const lake = await AuditedLake.open();
    const [, , oddRows = ''] = await lake.objects(0, 0);
    const bytes = await readFile(oddRows);
    await writeFile(oddRows, bytes.fill(0, 20, 40));
    lake.topic.deleteBelow(0, 20n);
    expect((await lake.verify({ deep: true })).findings).toMatchObject([
      {
        problem: 'object-checksum',
        action: expect.stringMatching(/out of the table, glueless replay --partition 0 .* --allow-loss/),
      },
    ]);
    await rm(oddRows);
    expect(await replay(lake, true)).toMatchObject([{ kind: 'done' }]);
    expect(await lake.problems({ deep: true })).toEqual(['gap']);
  });

  it.each(['before', 'after'] as const)('is ended by the next one when a process dies %s a change', async (phase) => {
    let deaths = 0;
    for (let isDead = true; isDead;) {
      const lake = await AuditedLake.open();
      await rm((await lake.objects(0, 0))[2] ?? '');
      lake.topic.deleteBelow(0, 10n);
      const store = mortalStore(lake.lake.store, deaths + 1, phase);
      isDead = await replay(lake, true, createTestTools({ ...lake.lake, store })).then(
        () => false,
        () => true,
      );
      if (isDead) deaths++;
      for (let times = 0; times < 3; times++) await replay(lake, true);
      expect(await seen(lake)).toEqual([...even, 11, 13, 15, 17, 19].toSorted((a, b) => a - b));
      expect(await lake.problems({ deep: true })).toEqual(['gap']);
    }
    expect(deaths).toBeGreaterThanOrEqual(3);
  });
});
