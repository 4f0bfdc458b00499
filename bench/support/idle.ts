import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { glueless, tableOf } from './glueless.ts';
import { residentBytes, startMeasured } from './measure.ts';
import { untilRows } from './parquet-output.ts';
import type { Contender } from './rounds.ts';
import { thermometerTopic } from './topics.ts';
import type { Bench } from './workload.ts';

const caughtUpRecords = 200_000;
const idleMs = 60_000;
const quickIdleMs = 10_000;

/** Contenders for an idle service: on an empty topic, and after it has caught up. */
export function idleContenders(bench: Bench): Contender[] {
  const settings = ['glueless consume', `nothing to do for ${idleMsOf(bench) / 1000} s`];
  return [
    {
      id: 'idle-empty',
      name: 'idle, empty topic',
      settings: [...settings, 'idleRssBytes: the peak from start to end'],
      records: 0,
      run: async () => {
        const { cost } = await idle(bench, { id: 'idle-empty', records: 0 });
        return { ...cost, figures: { idleRssBytes: cost.peakRssBytes } };
      },
    },
    {
      id: 'idle-caught-up',
      name: 'idle, caught up',
      settings: [
        ...settings,
        `BATCH_AGE_MAX_SECONDS=5, ${caughtUpRecords} records before; idleRssBytes: at the end of the wait`,
      ],
      records: caughtUpRecords,
      run: async () => {
        const { cost, idleRssBytes } = await idle(bench, { id: 'idle-caught-up', records: caughtUpRecords });
        return { ...cost, figures: { idleRssBytes } };
      },
    },
  ];
}

async function idle(bench: Bench, { id, records }: { readonly id: string; readonly records: number }) {
  const broker = await bench.broker();
  const topic = await broker.topic(thermometerTopic({ topic: `bench-${id}`, records }));
  const lake = join(bench.folder, id);
  await rm(lake, { recursive: true, force: true });
  const settings = { BATCH_AGE_MAX_SECONDS: '5' };
  const group = `${id}-${Date.now()}`;
  const service = startMeasured(glueless(['consume'], { broker, topic, lake, group, settings }));
  if (records > 0) await untilRows(join(lake, tableOf(topic)), records);
  await Promise.race([delay(idleMsOf(bench)), service.cost]);
  const pid = await service.pid();
  const idleRssBytes = pid === undefined ? Number.NaN : await residentBytes(pid);
  const cost = await service.stop();
  await rm(lake, { recursive: true, force: true });
  return { cost, idleRssBytes };
}

function idleMsOf({ isQuick }: Bench): number {
  return isQuick ? quickIdleMs : idleMs;
}
