import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/app/config/settings.ts';
import { startUpkeep } from '../../../src/app/maintain/start-upkeep.ts';
import { openLake } from '../../../src/app/lake/open-lake.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { openIcebergLake } from '../../support/iceberg-lake.ts';
import { commitRows, createIcebergTools, visibleOffsets } from '../../support/iceberg-service.ts';
import { writeBatches } from '../../support/write-batches.ts';

/** A table with two small files, and the settings of a service that keeps it in shape. */
async function openService() {
  const lake = await openIcebergLake();
  await writeBatches(createIcebergTools(lake), [jsonRecords({ n: 1 }), jsonRecords({ n: 2 })]);
  await commitRows(lake);
  const variables = { LAKE: lake.root, LAKE_DATABASE: 'test', TABLE_FORMAT: 'iceberg', KAFKA_TOPIC: 'readings' };
  const settings = readSettings({ ...variables, MAINTAIN_SECONDS: '60' });
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line) => lines.push(JSON.parse(line)) });
  const opened = await openLake(settings.lake);
  return { lake, settings, lines, context: { lake: opened, log, metrics: undefined } };
}

describe('upkeep beside the consumer', () => {
  it('merges small files again and again, and says so in the log', async () => {
    const { lake, settings, lines, context } = await openService();
    const often = { ...settings, maintain: { ...settings.maintain, everyMs: 20 } };
    {
      await using _upkeep = startUpkeep(often, context);
      await expect.poll(() => lines, { timeout: 30_000 }).toMatchObject([{ kind: 'merged', files: 2, msg: 'upkeep' }]);
    }
    expect(await visibleOffsets(lake)).toEqual(['0/0', '0/1']);
  });

  it('is done by a member that lives shorter than the time between two turns', async () => {
    const { settings, lines, context } = await openService();
    const weekly = { ...settings, maintain: { ...settings.maintain, everyMs: 7 * 86_400_000 } };
    await using _upkeep = startUpkeep(weekly, { ...context, lookMaxMs: 20 });
    await expect.poll(() => lines, { timeout: 30_000 }).toMatchObject([{ kind: 'merged', files: 2 }]);
  });

  it('is tried again soon after it failed', async () => {
    const { settings, lines, context } = await openService();
    const { lake } = context;
    let failures = 0;
    const store: typeof lake.store = {
      ...lake.store,
      get: async (key) => {
        if (key.startsWith('_ledger/') && failures++ === 0)
          throw new PipelineError('STORE_UNAVAILABLE', { message: 'no answer', retryable: false });
        return lake.store.get(key);
      },
    };
    const often = { ...settings, maintain: { ...settings.maintain, everyMs: 24_000 } };
    await using _upkeep = startUpkeep(often, { ...context, lake: { ...lake, store }, lookMaxMs: 20 });
    await expect
      .poll(() => lines, { timeout: 15_000 })
      .toMatchObject([{ code: 'STORE_UNAVAILABLE', msg: 'upkeep failed, it is tried again' }, { kind: 'merged' }]);
  });

  it('does nothing that nobody has asked for', async () => {
    const { settings, context } = await openService();
    const never = { ...settings, maintain: { ...settings.maintain, everyMs: undefined } };
    expect(startUpkeep(never, context)).toBeUndefined();
  });
});
