import { describe, expect, it } from 'vitest';
import { replayItem } from '../../../src/consumer/replay/replay.ts';
import { SnapshotSchedule, type MemberState } from '../../../src/consumer/snapshot/snapshot-schedule.ts';
import { Queues } from '../../../src/runtime/concurrency.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { jsonRecords } from '../../support/chunks.ts';
import { openIcebergLake, type IcebergTestLake } from '../../support/iceberg-lake.ts';
import { createIcebergTools, createSnapshotTools, visibleOffsets } from '../../support/iceberg-service.ts';
import { testPolicy } from '../../support/run-service.ts';
import { TestClock } from '../../support/test-clock.ts';
import { writeBatches } from '../../support/write-batches.ts';

const everyMs = 10_000;
const lookMs = 100;

/** A member of the group whose writing is done by the test. */
class Member {
  readonly #lake: IcebergTestLake;
  readonly #clock: TestClock;
  readonly #schedule: SnapshotSchedule;
  readonly #partition: number;
  readonly #topic = new FakeTopic(2);
  #writtenMs = 0;
  /** When a record arrived that is not written. */
  waitingSinceMs: number | undefined;
  /** When it committed snapshots. */
  readonly committedMs: number[] = [];

  constructor(lake: IcebergTestLake, clock: TestClock, partition: number) {
    const committed = () => this.committedMs.push(clock.monotonicMs());
    const tools = { ...createIcebergTools(lake, { snapshotCommitted: committed }), clock };
    this.#lake = lake;
    this.#clock = clock;
    this.#partition = partition;
    this.#schedule = new SnapshotSchedule({ snapshots: createSnapshotTools(lake, { clock }), tools, everyMs });
  }

  async write(): Promise<void> {
    const partition = this.#partition;
    const from = this.#topic.marksOf(partition).high;
    this.#topic.append(partition, ...jsonRecords({ n: 1 }));
    const item = { kind: 'write' as const, range: { partition, from, to: from + 1n } };
    const tools = createIcebergTools(this.#lake);
    await replayItem(item, { reader: this.#topic, tools, policy: testPolicy, signal: new AbortController().signal });
    this.#writtenMs = this.#clock.monotonicMs();
  }

  async look(): Promise<void> {
    const { waitingSinceMs } = this;
    const state: MemberState = { partitions: [this.#partition], writtenMs: this.#writtenMs, waitingSinceMs };
    await this.#schedule.tick(state, new AbortController().signal);
  }

  get boundaryMs(): number {
    return this.#schedule.boundaries.passedMs();
  }
}

/** Two members, the first of which has partition 0, at the moment after a boundary; everything before it is committed. */
async function openGroup() {
  const lake = await openIcebergLake();
  const clock = new TestClock();
  const members = [new Member(lake, clock, 0), new Member(lake, clock, 1)] as const;
  const [first, second] = members;
  const pass = async (ms: number, ...awake: readonly Member[]): Promise<void> => {
    for (let passed = 0; passed < ms; passed += lookMs) {
      clock.pass(lookMs);
      for (const member of awake) await member.look();
    }
  };
  await first.write();
  await second.write();
  await pass(2 * everyMs, first, second);
  const beforeMs = first.boundaryMs;
  while (first.boundaryMs === beforeMs) clock.pass(lookMs);
  expect(second.boundaryMs).toBe(first.boundaryMs);
  first.committedMs.length = 0;
  second.committedMs.length = 0;
  const beganMs = first.boundaryMs;
  /** When each of them has committed, after the boundary. */
  const commits = () => members.map(({ committedMs }) => committedMs.map((ms) => ms - beganMs));
  return { lake, first, second, pass, commits, beganMs };
}

describe('members of a group, after a boundary', () => {
  it('commit once, by the member that has partition 0, for all that was written in time', async () => {
    const { lake, first, second, pass, commits } = await openGroup();
    await first.write();
    await second.write();
    await pass(5000, second, first);
    expect(commits()).toEqual([[500], []]);
    expect(await visibleOffsets(lake)).toEqual(['0/0', '0/1', '1/0', '1/1']);
  });

  it('commit what came too late for that one soon after it was written, not with the next snapshot', async () => {
    const { lake, first, second, pass, commits, beganMs } = await openGroup();
    second.waitingSinceMs = beganMs - 1;
    await first.write();
    await pass(1000, first, second);
    await second.write();
    second.waitingSinceMs = undefined;
    await pass(5000, first, second);
    expect(commits()).toEqual([[500], [2600]]);
    expect(await visibleOffsets(lake)).toEqual(['0/0', '0/1', '1/0', '1/1']);
  });

  it('commit for one that is frozen', async () => {
    const { lake, first, second, pass, commits } = await openGroup();
    await first.write();
    await second.write();
    await pass(5000, second);
    expect(commits()).toEqual([[], [2000]]);
    expect(await visibleOffsets(lake)).toEqual(['0/0', '0/1', '1/0', '1/1']);
  });

  it('leave what takes long to write to a second snapshot, and do not wait for what is never written', async () => {
    const { lake, first, second, pass, commits, beganMs } = await openGroup();
    first.waitingSinceMs = beganMs - 1;
    await second.write();
    await pass(7000, first, second);
    expect(commits()).toEqual([[], [2000]]);
    await first.write();
    first.waitingSinceMs = undefined;
    await pass(500, first, second);
    expect(commits()).toEqual([[7100], [2000]]);
    expect(await visibleOffsets(lake)).toEqual(['0/0', '0/1', '1/0', '1/1']);
  });
});

describe('topics of one table in one process', () => {
  it('take turns: no commit of theirs refuses another', async () => {
    const lake = await openIcebergLake();
    const queues = new Queues();
    const conflicts: number[] = [];
    const schedules: SnapshotSchedule[] = [];
    for (const topic of ['a', 'b', 'c']) {
      const snapshotCommitted = (committed: { readonly conflicts: number }) => conflicts.push(committed.conflicts);
      const tools = { ...createIcebergTools(lake, { snapshotCommitted }), topic };
      await writeBatches(tools, [jsonRecords({ n: 1 })]);
      schedules.push(new SnapshotSchedule({ snapshots: createSnapshotTools(lake, { topic }), tools, everyMs, queues }));
    }
    const nothing = { partitions: [], writtenMs: 0, waitingSinceMs: undefined };
    await Promise.all(schedules.map((schedule) => schedule.flush(nothing)));
    expect(conflicts).toEqual([0, 0, 0]);
    expect(await visibleOffsets(lake)).toEqual(['0/0', '0/0', '0/0']);
  });
});
