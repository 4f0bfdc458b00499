import { randomUUID } from 'node:crypto';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSettings } from '../../../src/app/config/settings.ts';
import { describeUpkeep } from '../../../src/app/maintain/describe-upkeep.ts';
import { runUpkeep } from '../../../src/app/maintain/open-upkeep.ts';
import { openLake } from '../../../src/app/lake/open-lake.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { createTestTools, openTestLake } from '../../support/lake.ts';
import { writeBatches } from '../../support/write-batches.ts';

const hourMs = 3_600_000;

it('maintain deletes what killed processes had begun to write, ORPHAN_HOURS later', async () => {
  const { root, ...lake } = await openTestLake();
  await writeBatches(createTestTools(lake), [jsonRecords({ n: 1 })]);
  const uploads = join(root, '.uploads');
  await mkdir(uploads, { recursive: true });
  const nowMs = systemClock.nowMs();
  const names = [24, 26].map(() => randomUUID());
  for (const [at, hours] of [24, 26].entries()) {
    const path = join(uploads, names[at] ?? '');
    await writeFile(path, 'begun');
    const time = new Date(nowMs - hours * hourMs);
    await utimes(path, time, time);
  }
  const settings = readSettings({ LAKE: root, LAKE_DATABASE: 'test', KAFKA_TOPIC: 'readings', ORPHAN_HOURS: '25' }, []);
  const maintain = async (isDryRun: boolean) => {
    const lines: string[] = [];
    const observe = (event: Parameters<typeof describeUpkeep>[0]): void => {
      lines.push(describeUpkeep(event, isDryRun));
    };
    await runUpkeep(settings, { lake: await openLake(settings.lake), nowMs, isDryRun, observe });
    return lines;
  };
  const what = 'readings: 1 files of 5 bytes in the lake’s .uploads';
  expect(await maintain(true)).toEqual([`${what} would be deleted, which killed processes had begun`]);
  expect(await readdir(uploads)).toHaveLength(2);
  expect(await maintain(false)).toEqual([`${what} deleted, which killed processes had begun`]);
  expect(await readdir(uploads)).toEqual(names.slice(0, 1));
});
