import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { withAdmin } from '../../src/kafka/kafkajs/admin.ts';
import type { Attack } from '../support/attack.ts';
import type { RunningCli } from '../support/cli.ts';
import { untilCompacted } from '../support/compaction.ts';
import { deleteBelow } from '../support/kafka.ts';
import { freeze, kill, type Moment } from '../support/moments.ts';
import type { Dice } from './dice.ts';
import { oddFields, optionalColumns, randomSettings, type Layout } from './settings.ts';
import type { Tally } from './tally.ts';

const everywhere: readonly Moment[] = [
  'beforeClaim',
  'afterClaim',
  'beforePut',
  'afterPut',
  'beforeCommit',
  'afterCommit',
  'beforeReplacing',
  'afterReplacing',
  'beforeDelete',
];
const momentsOf: Readonly<Record<Layout, readonly Moment[]>> = {
  hive: everywhere,
  merged: [...everywhere, 'beforeNote', 'afterNote', 'beforeMergedPut', 'afterMergedPut', 'beforeMove', 'afterMove'],
  iceberg: [...everywhere, 'beforeSnapshot', 'afterSnapshot', 'beforePointer', 'afterPointer'],
};
/** Four days later nobody is at work any more, and upkeep deletes what it left. */
const daysLater = { NODE_OPTIONS: '--import ./test/support/clock-ahead.ts', HOURS_AHEAD: '100' };
const toolsMax = 3;
/** Different keys of records. */
const keys = 7;

export interface ChapterOptions {
  readonly attack: Attack;
  readonly dice: Dice;
  readonly tally: Tally;
  readonly partitions: number;
  readonly members: number;
  readonly layout: Layout;
  /** Processes can be stopped at operations on the lake: a local one. */
  readonly atMoments: boolean;
  /** The way to the lake without faults. */
  readonly healthy: Readonly<Record<string, string>>;
}

/** One topic and one lake, members and tools under changing settings, and faults. */
export class Chapter {
  readonly #options: ChapterOptions;
  readonly #group: string;
  readonly #members: RunningCli[] = [];
  readonly #tools: RunningCli[] = [];
  readonly #frozen: RunningCli[] = [];
  readonly #all: RunningCli[] = [];

  constructor(options: ChapterOptions) {
    this.#options = options;
    this.#group = `group-${options.attack.topic}`;
  }

  async run(rounds: number): Promise<void> {
    const { dice, members, partitions } = this.#options;
    for (let partition = 0; partition < partitions; partition++) await this.#append(partition);
    for (let index = 0; index < members; index++) this.#members.push(this.#startMember());
    const actions = [
      () => this.#signalMember('SIGKILL'),
      () => this.#signalMember('SIGKILL'),
      () => this.#signalMember('SIGTERM'),
      () => this.#freezeMember(),
      () => this.#faultyMember(),
      () => this.#faultyMember(),
      () => this.#wakeOne(),
      () => this.#startTool('replay', this.#replayArguments()),
      () => this.#startTool('replay', this.#replayArguments()),
      () => this.#startTool('redrive', ['redrive']),
      () => this.#startTool('repair', ['verify', '--repair']),
      () => this.#startTool('upkeep', ['maintain']),
      () => this.#retention(),
      () => this.#retention(),
    ];
    for (let round = 0; round < rounds; round++) {
      await this.#append(dice.below(partitions));
      await dice.pick(actions)();
      await this.#restartEnded();
    }
    await this.#end();
  }

  /** What every visible file holds, once the dead processes' work is finished by the next of each kind. */
  async settle(): Promise<void> {
    const { attack, tally, healthy } = this.#options;
    const rules = { RECORD_BYTES_MAX: '100000', ...healthy };
    await attack.consumeToEnd(rules);
    // what Kafka has dropped is left alone
    expect([0, 3]).toContain((await attack.run(['replay', '--all'], rules)).code);
    await attack.succeed(['redrive'], rules);
    tally.add('doubled until repair', (await attack.count(optionalColumns)).doubled);
    await attack.run(['verify', '--repair'], healthy);
    await attack.expectWhole(optionalColumns, healthy);
    for (const clock of [{}, daysLater]) {
      await attack.succeed(['maintain'], { ...healthy, ...clock });
      await attack.expectWhole(optionalColumns, healthy);
    }
  }

  /** Kafka compacts what the lake holds; replays leave alone what it no longer delivers. */
  async compact(): Promise<void> {
    const { attack, dice, tally, partitions } = this.#options;
    const partition = dice.below(partitions);
    await untilCompacted(attack, keys + 10, partition);
    const replays = [0, 1].map(() => attack.start(['replay', '--all'], this.#randomSettings(), this.#randomFault()));
    for (const replay of replays) await awake(replay);
    tally.add('compactions');
    tally.add('replay', replays.length);
    await this.settle();
  }

  /** The topic is made anew under running members: they stop, and nothing of the new one is written. */
  async recreate(): Promise<void> {
    const { attack, tally, partitions, dice } = this.#options;
    const members = [this.#startMember(), this.#startMember()];
    await Promise.all(members.map((member) => member.untilLogged(/"msg":"partitions assigned"/)));
    await attack.recreateTopic(partitions);
    const others = Array.from({ length: 1 + dice.below(400) }, (_, n) => JSON.stringify({ n: -n, text: 'other' }));
    for (let partition = 0; partition < partitions; partition++) await attack.appendValues(others, { partition });
    for (const member of members) {
      expect({ code: await member.ended(), log: member.log }).toEqual({
        code: 1,
        log: expect.stringContaining('TOPIC_RECREATED'),
      });
    }
    expect((await attack.run(['replay', '--all'], this.#options.healthy)).code).toBe(1);
    await attack.expectExactlyOnce(optionalColumns);
    tally.add('topics made anew');
  }

  /** Copies lake and logs to where they outlast the run, and answers with the folder. */
  async keep(): Promise<string> {
    const { attack } = this.#options;
    const folder = join('.cache', 'soak', attack.topic);
    await cp(attack.folder, join(folder, 'lake'), { recursive: true });
    for (const [index, { process, log }] of this.#all.entries())
      await writeFile(join(folder, `${index}.log`), `${process.spawnargs.join(' ')}\n${log}`);
    await writeFile(join(folder, 'records.json'), JSON.stringify(attack.records));
    return folder;
  }

  async #append(partition: number): Promise<void> {
    const { attack, dice, tally } = this.#options;
    const count = 10 + dice.below(150);
    await attack.append(count, { partition, key: (index) => `k${index % keys}`, more: oddFields });
    tally.add('records', count);
  }

  #startMember(): RunningCli {
    const { attack } = this.#options;
    return this.#kept(attack.start(['consume'], { ...this.#randomSettings(), KAFKA_GROUP_ID: this.#group }));
  }

  #kept(process: RunningCli): RunningCli {
    this.#all.push(process);
    return process;
  }

  async #signalMember(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { dice, tally } = this.#options;
    const index = dice.below(this.#members.length);
    const victim = this.#members[index];
    // some die while they start or join, others in the middle of their batches
    await delay(dice.below(2000));
    victim?.process.kill(signal);
    if (victim !== undefined) await awake(victim);
    this.#members[index] = this.#startMember();
    tally.add(signal);
  }

  async #freezeMember(): Promise<void> {
    const { dice, tally } = this.#options;
    const index = dice.below(this.#members.length);
    const victim = this.#members[index];
    if (victim === undefined || victim.hasEnded) return;
    victim.process.kill('SIGSTOP');
    this.#frozen.push(victim);
    this.#members[index] = this.#startMember();
    tally.add('SIGSTOP');
  }

  async #wakeOne(): Promise<void> {
    const woken = this.#frozen.shift();
    woken?.process.kill('SIGCONT');
    if (woken !== undefined) this.#options.tally.add('SIGCONT');
  }

  /** A member that stops or dies at a moment of its work takes the place of another. */
  async #faultyMember(): Promise<void> {
    const { attack, dice, atMoments } = this.#options;
    if (!atMoments) return this.#signalMember('SIGKILL');
    const index = dice.below(this.#members.length);
    await this.#members[index]?.stop('SIGKILL');
    const env = { ...this.#randomSettings(), KAFKA_GROUP_ID: this.#group };
    this.#members[index] = this.#kept(attack.start(['consume'], env, this.#randomFault()));
  }

  #randomSettings(): Record<string, string> {
    return randomSettings(this.#options.dice, this.#options.layout);
  }

  #randomFault() {
    const { dice, layout } = this.#options;
    return (dice.percent(50) ? freeze : kill)(dice.pick(momentsOf[layout]), 1 + dice.below(3));
  }

  #replayArguments(): string[] {
    const { dice, partitions } = this.#options;
    if (dice.percent(50)) return ['replay', '--all'];
    const from = dice.below(300);
    const range = ['--from-offset', String(from), '--to-offset', String(from + 1 + dice.below(300))];
    return ['replay', '--partition', String(dice.below(partitions)), ...range];
  }

  async #startTool(name: string, args: readonly string[]): Promise<void> {
    const { attack, dice, tally, atMoments } = this.#options;
    const faults = atMoments && dice.percent(40) ? [this.#randomFault()] : [];
    const tool = this.#kept(attack.start(args, this.#randomSettings(), ...faults));
    this.#tools.push(tool);
    tally.add(name);
    if (this.#tools.length <= toolsMax) return;
    const oldest = this.#tools.shift();
    if (oldest !== undefined) await awake(oldest);
  }

  /** Kafka drops some of what the group has committed. */
  async #retention(): Promise<void> {
    const { attack, dice, tally, partitions } = this.#options;
    const partition = dice.below(partitions);
    const offsets = await withAdmin(attack.kafka, attack.topic, (admin) =>
      admin.fetchOffsets({ groupId: this.#group, topics: [attack.topic] }),
    );
    const committed = Number(offsets[0]?.partitions.find((each) => each.partition === partition)?.offset ?? -1);
    if (committed <= 0) return;
    await deleteBelow(attack.kafka, attack.topic, partition, BigInt(1 + dice.below(committed)));
    tally.add('retention');
  }

  async #restartEnded(): Promise<void> {
    for (const [index, member] of this.#members.entries())
      if (member.hasEnded) this.#members[index] = this.#startMember();
  }

  /** Everybody wakes up and is asked to stop; tools end by themselves. */
  async #end(): Promise<void> {
    const { tally } = this.#options;
    for (const each of this.#all) if (!this.#tools.includes(each)) each.process.kill('SIGTERM');
    for (const each of this.#all) {
      const end = await awake(each);
      if (/"msg":"fault"/.test(each.log)) tally.add('stopped at a moment');
      tally.add('processes');
      tally.add(`ended with ${end}`);
      for (const [, code] of each.log.matchAll(/(?:"level":"fatal".*?"code":"|^error )([A-Z_]+)/gm))
        tally.add(`${each.process.spawnargs[2]}: ${code}`);
      expect(each.log).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
    }
  }
}

/** The end of a process that may freeze itself before. */
async function awake(process: RunningCli): Promise<number | string> {
  while (!process.hasEnded) {
    process.process.kill('SIGCONT');
    await Promise.race([process.ended(), delay(300)]);
  }
  return process.ended();
}
