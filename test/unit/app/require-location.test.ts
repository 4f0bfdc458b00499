import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/app/config/settings.ts';
import { requireLocation } from '../../../src/app/lake/require-location.ts';
import { Ledger } from '../../../src/consumer/ledger/ledger.ts';
import { AuditedLake } from '../../support/audited-lake.ts';
import { openTestLake, testTable, testTopic } from '../../support/lake.ts';

const settings = readSettings({ LAKE: '/elsewhere', LAKE_TABLE: testTable, KAFKA_TOPIC: testTopic }, []);

describe('a lake whose ledger knows nothing of the topic', () => {
  it('is the wrong one where the table lies elsewhere, by the catalog that both share', async () => {
    const [right, mistyped] = [await AuditedLake.open(), await openTestLake()];
    const { catalog, store } = right.lake;
    await expect(
      requireLocation({ catalog, store: mistyped.store }, settings, new Ledger(mistyped.store)),
    ).rejects.toMatchObject({
      code: 'TABLE_MISMATCH',
      message: expect.stringContaining(`lies at ${store.uri(`${testTable}/`)}, this lake would write to`),
      hint: expect.stringContaining('set LAKE to where the table lies'),
    });
    await expect(requireLocation({ catalog, store }, settings, right.ledger)).resolves.toBeUndefined();
  });

  it('may be the right one where the catalog has no such table, or has it in this place', async () => {
    const lake = await AuditedLake.open();
    const { catalog, store } = await openTestLake();
    await expect(requireLocation({ catalog, store }, settings, new Ledger(store))).resolves.toBeUndefined();
    for await (const { key } of lake.lake.store.list('_ledger/')) await lake.lake.store.delete([key]);
    await expect(requireLocation(lake.lake, settings, lake.ledger)).resolves.toBeUndefined();
  });
});
