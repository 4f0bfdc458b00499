import { describe, expect, it } from 'vitest';
import { ParsingLog } from '../../../src/app/observe/parsing-log.ts';
import type { Logger } from '../../../src/app/observe/logger.ts';
import { TestClock } from '../../support/test-clock.ts';

function setup() {
  const lines: unknown[] = [];
  const clock = new TestClock();
  const info = (fields: unknown): void => void lines.push(fields);
  return { lines, clock, parsing: new ParsingLog({ info } as unknown as Logger, clock) };
}

describe('the log of parsing', () => {
  it('tells how many records are parsed, and why, once there are enough to say so', () => {
    const { lines, parsing } = setup();
    parsing.add({ scanned: 100, parsed: new Map([['odd', 100]]) });
    expect(lines).toEqual([]);
    parsing.add({ scanned: 900, parsed: new Map([['fields', 50]]) });
    expect(lines).toEqual([{ records: 1150, parsed: 150, reasons: { odd: 100, fields: 50 } }]);
  });

  it('says nothing of a few, and nothing twice within an hour', () => {
    const { lines, parsing, clock } = setup();
    parsing.add({ scanned: 10_000, parsed: new Map([['odd', 10]]) });
    expect(lines).toEqual([]);
    clock.pass(3_600_000);
    parsing.add({ scanned: 0, parsed: new Map([['odd', 5000]]) });
    parsing.add({ scanned: 0, parsed: new Map([['odd', 5000]]) });
    expect(lines).toHaveLength(1);
    clock.pass(3_600_000);
    parsing.add({ scanned: 0, parsed: new Map([['odd', 1000]]) });
    expect(lines).toHaveLength(2);
  });
});
