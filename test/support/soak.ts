import type { RunningCli } from './cli.ts';
import type { Scenario } from './scenario.ts';

export interface SoakOptions {
  readonly rounds: number;
  /** Answers a whole number below `max`. */
  readonly random: (max: number) => number;
  readonly onRound?: (round: number, scenario: Scenario) => void;
}

/**
 * Two members read while records come in; each round kills one with -9 at a random moment of its work and starts another.
 * Ends with everything written.
 */
export async function soak(scenario: Scenario, { rounds, random, onRound }: SoakOptions): Promise<{ kills: number }> {
  await scenario.produceByCommand(200, '--partitions', '4');
  const members: RunningCli[] = [scenario.consume(), scenario.consume()];
  let kills = 0;
  for (let round = 0; round < rounds; round++) {
    const index = random(members.length);
    const victim = members[index];
    if (victim === undefined) throw new RangeError(`no member ${index}`);
    const lines = victim.log.split('\n').length;
    const producing = scenario.produceByCommand(100 + random(200), '--partitions', '4');
    // some die while they start or join, others in the middle of their batches
    if (random(2) === 0)
      await Promise.race([producing, victim.untilLogged(/"msg"/, lines + random(4))]).catch(() => {});
    victim.process.kill('SIGKILL');
    await victim.ended();
    kills++;
    members[index] = scenario.consume({ BATCH_ROWS_MAX: String(50 + random(200)) });
    await producing;
    onRound?.(round, scenario);
  }
  for (const member of members) await member.stop();
  await scenario.consumeToEnd();
  return { kills };
}
