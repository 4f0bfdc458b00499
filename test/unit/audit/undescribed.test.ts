import { describe, expect, it } from 'vitest';
import { AuditedLake } from '../../support/audited-lake.ts';
import { testTable, testTopic } from '../../support/lake.ts';
import { mergeLake } from '../../support/merge-lake.ts';

/** What the audit says of each range of objects that no entry lists: `<range>: <what>; <action>`. */
async function unlistedOf(lake: AuditedLake, options = {}): Promise<string[]> {
  const { findings } = await lake.verify(options);
  const said = findings
    .filter(({ problem }) => problem === 'object-unlisted')
    .map(({ what, action }) => `${what.slice(what.indexOf('it is of'))}; ${action}`);
  return [...new Set(said)].toSorted();
}

/** Five batches of 20 records, of which the entries at `lost` are gone, and of which Kafka holds offsets from `low` on. */
async function openLake(lost: readonly number[], low: bigint): Promise<AuditedLake> {
  const lake = await AuditedLake.empty();
  for (let batch = 0; batch < 5; batch++) await lake.write(0);
  for (const from of lost) await lake.removeEntry(0, from);
  lake.topic.deleteBelow(0, low);
  return lake;
}

const movable = 'move it out of the table, never delete it, by docs/runbook.md';

describe('an object that no ledger entry describes', () => {
  it('may be moved out where it lies behind the ledger’s end and Kafka holds everything from there on', async () => {
    const said = await unlistedOf(await openLake([60, 80], 60n));
    expect(said).toEqual([
      expect.stringMatching(
        /\[60, 80\).* it lies behind the ledger’s end, which is 60;.*as Kafka holds offsets from 60 on, and only if the topic is not compacted/,
      ),
      expect.stringMatching(
        /\[80, 100\).* it lies behind the ledger’s end, which is 60;.*as Kafka holds offsets from 60 on, and only if the topic is not compacted/,
      ),
    ]);
    for (const each of said) expect(each).toContain(movable);
  });

  it('is to be kept where Kafka has lost what comes behind the ledger’s end, also where Kafka has this object’s records', async () => {
    const said = await unlistedOf(await openLake([60, 80], 70n));
    expect(said).toHaveLength(2);
    for (const each of said) {
      expect(each).toContain('keep it, and restore its ledger entry: Kafka holds offsets from 70 on only');
      expect(each).not.toContain('move it out');
    }
  });

  it('is to be kept where merged files have rows of such offsets, too', async () => {
    const lake = await openLake([], 0n);
    await mergeLake(lake.lake.store);
    await lake.removeEntry(0, 60);
    await lake.removeEntry(0, 80);
    const said = await unlistedOf(lake);
    expect(said.length).toBeGreaterThan(0);
    for (const each of said) {
      expect(each).toContain('keep it, and restore its ledger entry: merged files have rows from offset 60 on, too');
      expect(each).not.toContain('move it out of the table');
    }
  });

  it('is left to the audit of its own topic', async () => {
    const lake = await openLake([20], 0n);
    const { store } = lake.lake;
    const keys = await Array.fromAsync(store.list(`${testTable}/`), ({ key }) => key);
    const key = keys.find((each) => each.includes(`-0-20-40-`)) ?? '';
    await store.put(key.replace(`kafka-${testTopic}-`, 'kafka-others-'), (await store.get(key))?.bytes ?? Buffer.of());
    const said = await unlistedOf(lake);
    expect(said.filter((each) => each.includes('of the topic others says what to do'))).toHaveLength(1);
    expect(said.filter((each) => each.includes('glueless replay'))).toHaveLength(1);
  });

  it('is to be left in a hole, whatever is behind the ledger’s end', async () => {
    const [inHole, behind] = await unlistedOf(await openLake([20, 80], 50n));
    expect(inHole).toMatch(/\[20, 40\).* it lies in the ledger’s hole \[20, 40\); leave it there/);
    expect(inHole).toContain('glueless replay --partition 0 --from-offset 20 --to-offset 40');
    expect(behind).toContain(movable);
    const [, second] = await unlistedOf(await openLake([20, 40, 80], 50n));
    expect(second).toMatch(/\[40, 60\).*hole \[20, 60\); leave it there.* --from-offset 20 --to-offset 60/);
  });

  it('is to be left before the first entry', async () => {
    const [head] = await unlistedOf(await openLake([0], 0n));
    expect(head).toMatch(
      /before the ledger’s first entry, which begins at 20; leave it there.* --from-offset 0 --to-offset 20/,
    );
  });

  it('says the condition where nobody asked the broker', async () => {
    const [, behind] = await unlistedOf(await openLake([20, 80], 50n), { reader: undefined });
    expect(behind).toContain(
      'only if Kafka still holds every record from offset 80 on, which a compacted topic does not',
    );
  });
});
