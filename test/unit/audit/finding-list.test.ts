import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/consumer/audit/findings/finding.ts';
import { FindingList } from '../../../src/consumer/audit/findings/finding-list.ts';

const gap = (partition: number, where = '[0, 5)'): Finding => ({
  problem: 'gap',
  partition,
  where,
  what: 'Kafka dropped 5 offsets before they were read',
  action: 'look',
});

describe('the list of findings', () => {
  it('takes more at once than the stack has room for, and shows the first of them', () => {
    const list = new FindingList();
    list.addAll(Array.from({ length: 300_000 }, (_, at) => gap(0, `[${at}, ${at + 5})`)));
    expect([list.count, list.shown.length]).toEqual([300_000, 10_000]);
  });

  it('counts a finding that is met twice once, and one of each Kafka partition by itself', () => {
    const list = new FindingList();
    list.addAll([gap(0), gap(1), gap(0)]);
    expect(list.shown).toEqual([gap(0), gap(1)]);
  });
});
