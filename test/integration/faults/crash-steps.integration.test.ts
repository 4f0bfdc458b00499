import { describe, expect, it } from 'vitest';
import { stepNames } from '../../../src/consumer/commit/tools/pipeline-observer.ts';
import { Scenario } from '../../support/scenario.ts';

describe.each(['before', 'after'])('kill -9 %s the step', (phase) => {
  it.each(stepNames)('%s: nothing lost, nothing doubled', async (step) => {
    const scenario = await Scenario.open();
    await scenario.produce(1000, { partitions: 2 });
    const victim = scenario.consumeWithFault('SIGKILL', phase, step, 2);
    expect(await victim.ended()).toBe('SIGKILL');
    // cuts batches elsewhere, as a member of another group
    await scenario.consumeToEnd({ KAFKA_GROUP_ID: `${scenario.topic}-other`, BATCH_ROWS_MAX: '333' });
    await scenario.expectExactlyOnce();
  });
});
