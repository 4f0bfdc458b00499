import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { glueless, tableOf } from '../support/glueless.ts';
import { startMeasured } from '../support/measure.ts';
import { runRounds, type Contender } from '../support/rounds.ts';
import { thermometerTopic } from '../support/topics.ts';
import type { Bench, Workload } from '../support/workload.ts';

const records = 3;
const waitMsMax = 60_000;

export const startUp: Workload = {
  name: 'start-up',
  about:
    'From the start of the process to the claim of its first batch, with BATCH_ROWS_MAX=1: the claim’s file appears after the group was joined, the first records were fetched and their batch was cut, so the first fetch was earlier.',
  run: (bench) => runRounds([starting(bench)], bench),
};

function starting(bench: Bench): Contender {
  return {
    id: 'glueless',
    name: 'glueless consume',
    settings: ['BATCH_ROWS_MAX=1'],
    records,
    run: async (round) => {
      const broker = await bench.broker();
      const topic = await broker.topic(thermometerTopic({ topic: 'bench-start-up', records }));
      const lake = join(bench.folder, 'lake');
      await rm(lake, { recursive: true, force: true });
      const settings = { BATCH_ROWS_MAX: '1' };
      const group = `start-up-${round}-${Date.now()}`;
      const claims = join(lake, '_ledger', tableOf(topic));
      await mkdir(lake, { recursive: true });
      const startedMs = performance.now();
      const service = startMeasured(glueless(['consume'], { broker, topic, lake, group, settings }));
      await Promise.race([untilFile(claims), service.cost]);
      const startUpSeconds = (performance.now() - startedMs) / 1000;
      const cost = await service.stop();
      return { ...cost, figures: { startUpSeconds } };
    },
  };
}

/** Resolves when the folder holds a file, at any depth. */
async function untilFile(folder: string): Promise<void> {
  const deadlineMs = performance.now() + waitMsMax;
  while (!(await holdsFile(folder))) {
    if (performance.now() > deadlineMs) throw new Error(`nothing in ${folder} after ${waitMsMax / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function holdsFile(folder: string): Promise<boolean> {
  const entriesThere = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entriesThere.some((entry) => entry.isFile());
}
