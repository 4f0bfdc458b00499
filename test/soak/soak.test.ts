import { beforeAll, expect, inject, it } from 'vitest';
import { Attack } from '../support/attack.ts';
import { compacting } from '../support/compaction.ts';
import { provideIcebergReaders } from '../support/iceberg-readers.ts';
import { startFaultyProxy, type Fault, type Request } from '../support/faulty-proxy.ts';
import { Chapter } from './chapter.ts';
import { Dice } from './dice.ts';
import { layouts, type Layout } from './settings.ts';
import { Tally } from './tally.ts';

const minutes = Number(process.env['SOAK_MINUTES'] ?? '1');
const seed = Number(process.env['SOAK_SEED'] ?? String(Date.now() % 1_000_000));

/** Faults of the network to S3: four requests in a hundred meet one. */
const weather: readonly Fault[] = [
  { kind: 'answer', status: 500, code: 'InternalError' },
  { kind: 'answer', status: 503, code: 'SlowDown' },
  { kind: 'reset' },
  { kind: 'lost-answer' },
  { kind: 'cut-answer' },
  { kind: 'slow', ms: 700 },
];

interface Stage {
  readonly partitions: number;
  readonly layout: Layout;
  readonly onS3: boolean;
  readonly isCompacted: boolean;
}

async function openAttack(
  dice: Dice,
  { partitions, layout, onS3, isCompacted }: Stage,
): Promise<{ attack: Attack; faults: () => number }> {
  const settings = isCompacted ? compacting : {};
  if (!onS3) return { attack: await Attack.open({ partitions, settings, env: layouts[layout] }), faults: () => 0 };
  const clouds = new Dice(dice.below(1_000_000));
  const faultFor = ({ action }: Request): Fault | undefined =>
    action === '' && clouds.percent(4) ? clouds.pick(weather) : undefined;
  const { endpoint, faults } = await startFaultyProxy(inject('stack').aws.endpoint, faultFor);
  return { attack: await Attack.openOnS3(endpoint, { partitions, settings }), faults };
}

beforeAll(async () => {
  await provideIcebergReaders();
});

it(`soaks for ${minutes} minutes, seed ${seed}: nothing lost, doubled or wrong`, { timeout: 0 }, async () => {
  const untilMs = Date.now() + minutes * 60_000;
  const total = new Tally();
  for (let chapter = 0; chapter === 0 || Date.now() < untilMs; chapter++) {
    const dice = new Dice(seed + chapter);
    const partitions = 1 + dice.below(4);
    const onS3 = chapter % 4 === 3;
    const isCompacted = chapter % 4 === 1;
    // how the others are read is told by a lake in a folder only
    const layout = onS3 ? 'hive' : dice.pick<Layout>(['hive', 'merged', 'iceberg']);
    const tally = new Tally();
    const { attack, faults } = await openAttack(dice, { partitions, layout, onS3, isCompacted });
    const story = new Chapter({
      attack,
      dice,
      tally,
      partitions,
      members: 1 + dice.below(3),
      layout,
      atMoments: !onS3,
      healthy: onS3 ? { AWS_ENDPOINT_URL: inject('stack').aws.endpoint } : {},
    });
    try {
      await story.run(20);
      await story.settle();
      if (isCompacted) await story.compact();
      if (dice.percent(40)) await story.recreate();
    } catch (error) {
      console.log(`failed with seed ${seed + chapter}: ${tally.toString()}; left behind in ${await story.keep()}`);
      throw error;
    }
    tally.add(onS3 ? 'chapters on S3' : `chapters ${layout}`);
    tally.add('faults of S3', faults());
    total.addAll(tally);
    console.log(`chapter ${chapter}, seed ${seed + chapter}: ${tally.toString()}`);
    console.log(`lost 0, doubled 0, wrong 0 of ${total.get('records')} records: ${total.toString()}`);
  }
  expect(total.get('records')).toBeGreaterThan(0);
});
