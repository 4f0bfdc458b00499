import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkNotBehind, commitMetadata } from '../../../src/consumer/ledger/topic/chain-position.ts';
import type { LedgerEntry } from '../../../src/consumer/ledger/entry/ledger-entry.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { AuditedLake } from '../../support/audited-lake.ts';
import { testPath, testRecipe, testTable } from '../../support/lake.ts';
import { claimOf } from '../../support/ledger-entries.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';

/** Records of partition 0 that are claimed and not written. */
async function claim(lake: AuditedLake, claimedAt: Date): Promise<void> {
  lake.append(0);
  await lake.tools.ledger.claim(claimOf(40n, 60n, { claimedAt: claimedAt.toISOString() }));
}

const hourAgo = new Date(systemClock.nowMs() - 3_600_000);

async function announce(lake: AuditedLake): Promise<LedgerEntry | undefined> {
  const found = await lake.tools.ledger.get(testPath(), 0n);
  if (found?.entry.state !== 'committed') return undefined;
  const replacement = {
    generation: 2,
    writer: 'w',
    startedAt: hourAgo.toISOString(),
    recipe: testRecipe,
    plan: [],
    why: 'replay' as const,
  };
  await lake.tools.ledger.replace(found, { ...found.entry, state: 'replacing', replacement });
  return found.entry;
}

describe('the audit of what was begun', () => {
  it('finds a claim that nobody has written, and counts what is claimed as lag', async () => {
    const lake = await AuditedLake.open();
    await claim(lake, hourAgo);
    const { findings, partitions } = await lake.verify();
    const action = 'glueless replay --partition 0 --from-offset 40 --to-offset 60';
    expect(findings).toMatchObject([{ problem: 'unfinished-claim', action }]);
    expect(partitions[0]).toMatchObject({ to: 60n, lag: 20n, claimedOffsets: 20n });
  });

  it('leaves a claim alone that is young', async () => {
    const lake = await AuditedLake.open();
    await claim(lake, new Date(systemClock.nowMs()));
    const { findings, partitions } = await lake.verify();
    expect(findings).toEqual([]);
    expect(partitions[0]).toMatchObject({ lag: 20n, claimedOffsets: 20n });
  });

  it('finds a replacement that did not end, with the command that ends it', async () => {
    const lake = await AuditedLake.open();
    await announce(lake);
    const action = 'glueless replay --partition 0 --from-offset 0 --to-offset 20';
    expect((await lake.verify()).findings).toMatchObject([
      {
        problem: 'unfinished-replacement',
        action,
        what: expect.stringContaining('queries may see rows twice until it has ended'),
      },
    ]);
  });

  it('finds what Kafka dropped before it was read, until somebody acknowledges it', async () => {
    const lake = await AuditedLake.open();
    lake.append(0, 40);
    lake.topic.deleteBelow(0, 60n);
    expect(await lake.problems()).toEqual(['lost-to-retention']);
  });
});

describe('the audit of the topic', () => {
  it('lists partitions without any entry, with their lag', async () => {
    const lake = await AuditedLake.open();
    lake.topic.addPartition();
    lake.topic.append(2, { value: '{"n":1}' }, { value: '{"n":2}' });
    const { partitions, findings } = await lake.verify();
    expect(findings).toEqual([]);
    expect(partitions[2]).toMatchObject({ partition: 2, entries: 0, lag: 2n });
  });

  it('finds another topic under the same name', async () => {
    const lake = await AuditedLake.open();
    const again = new FakeTopic(2);
    for (const partition of [0, 1])
      again.append(partition, ...Array.from({ length: 50 }, () => ({ value: '{"n":1}' })));
    expect(await lake.problems({ reader: again })).toEqual(['topic-recreated']);
  });

  it('finds another topic by its last record where the broker tells no ids', async () => {
    const lake = await AuditedLake.open();
    const again = Object.assign(new FakeTopic(2), { id: undefined });
    for (const partition of [0, 1])
      again.append(partition, ...Array.from({ length: 50 }, () => ({ value: '{"n":1}' })));
    expect(await lake.problems({ reader: again })).toEqual(['topic-recreated']);
  });

  it('finds a topic that ends before the ledger', async () => {
    const lake = await AuditedLake.open();
    const again = Object.assign(new FakeTopic(2), { id: undefined });
    expect(await lake.problems({ reader: again })).toEqual(['ledger-beyond-topic']);
  });

  it.each([
    ['the first', 0, 'move it out of the ledger: verify prints the replay of the hole then'],
    ['one in the middle', 20, 'The consumer goes on meanwhile'],
    ['the last', 40, 'nothing is written behind it until then'],
  ])('says of a damaged entry what it stops: %s', async (_, from, action) => {
    const lake = await AuditedLake.open();
    await lake.write(0);
    await lake.editEntry(0, from, () => 'no JSON');
    const { findings } = await lake.verify();
    expect(findings.filter(({ problem }) => problem === 'entry-unreadable')).toEqual([
      expect.objectContaining({ partition: 0, action: expect.stringContaining(action) }),
    ]);
  });

  it('says of a damaged revision what it stops', async () => {
    const lake = await AuditedLake.open();
    await lake.replay({ partition: 0, from: 20n, to: 40n });
    await lake.editRevision(0, 20, () => 'no JSON');
    const { findings } = await lake.verify();
    expect(findings).toContainEqual(
      expect.objectContaining({
        problem: 'entry-unreadable',
        action: expect.stringContaining('replay and redrive of its range don’t'),
      }),
    );
  });

  it('finds the head of a chain gone, though Kafka has dropped it too, by the note where it began', async () => {
    const lake = await AuditedLake.open();
    for (const path of await lake.objects(0, 0)) await rm(path);
    await lake.removeEntry(0, 0);
    lake.topic.deleteBelow(0, 20n);
    expect(await lake.problems()).toEqual(['head-missing']);
  });

  it('finds a whole partition gone, by the note where it began', async () => {
    const lake = await AuditedLake.open();
    for (const from of [0, 20]) for (const path of await lake.objects(1, from)) await rm(path);
    await rm(lake.ledgerFolder(1), { recursive: true });
    expect(await lake.problems({ nowMs: systemClock.nowMs() + 3_600_000 })).toEqual(['head-missing']);
  });

  it('finds the tail of a chain gone, by what the consumer group has committed', async () => {
    const lake = await AuditedLake.open();
    for (const path of await lake.objects(1, 20)) await rm(path);
    await lake.removeEntry(1, 20);
    const [otherTable, ours] = ['ledger others 20', 'ledger readings 20'];
    lake.topic.commits.set(1, { offset: 40n, metadata: otherTable });
    expect(await lake.problems({ groupId: 'group' })).toEqual([]);
    lake.topic.commits.set(1, { offset: 40n, metadata: ours });
    expect(await lake.problems({ groupId: 'group' })).toEqual(['ledger-behind']);
    const committed = { offset: 40n, metadata: commitMetadata(testTable, 20n) };
    const path = testPath();
    // the table’s other objects are those of entries that are there
    expect(() => checkNotBehind(path, { committed }, undefined)).toThrow(
      expect.objectContaining({
        hint: expect.stringContaining(
          'that `glueless verify` calls unlisted, behind the ledger’s end and to be moved out',
        ),
      }),
    );
    // the group's commit outlives what Kafka holds: moved out, [0, 30) would be nowhere
    expect(() => checkNotBehind(path, { committed, low: 30n }, undefined)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Move nothing out of this table') }),
    );
    expect(() => checkNotBehind(path, { committed, low: 0n }, undefined)).toThrow(
      expect.objectContaining({
        hint: expect.stringContaining('as Kafka holds offsets from 0 on, and only if the topic is not compacted'),
      }),
    );
  });
});
