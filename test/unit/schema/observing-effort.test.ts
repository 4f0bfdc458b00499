import { describe, expect, it } from 'vitest';
import { conform } from '../../../src/schema/infer/conform.ts';
import { parseType } from '../../../src/schema/types/hive-ddl.ts';
import { observe } from '../../../src/schema/infer/observe.ts';
import { elementLeavesMax } from '../../../src/schema/types/type-weight.ts';

const rules = { numbers: 'double', depthMax: 30 } as const;

describe('an array whose elements have ever new keys', () => {
  const elements = Array.from({ length: 2 * elementLeavesMax }, (_, index) => ({ [`k${index}`]: 1 }));

  it('is JSON', () => {
    expect(observe(elements, undefined, rules)).toEqual({ form: 'json' });
  });

  it('is looked at no further than to the first element that makes it too wide', () => {
    let looks = 0;
    const last = {
      get k() {
        looks++;
        return 1;
      },
    };
    observe([...elements, last], undefined, rules);
    expect(looks).toBe(0);
  });
});

describe('an object that its struct has no place for in full', () => {
  it('has its members looked at as often on every level', () => {
    let looks = 0;
    const innermost = {
      get unknown() {
        looks++;
        return 1;
      },
    };
    const looksAt = (depth: number): number => {
      let value: object = innermost;
      let type = 'struct<known:double>';
      for (let level = 1; level < depth; level++) {
        value = { a: value };
        type = `struct<a:${type}>`;
      }
      looks = 0;
      const rescued: string[] = [];
      conform(value, parseType(type), { rules, path: '', depth: 1, rescue: (path) => rescued.push(path) });
      expect(rescued).toEqual([`${'/a'.repeat(depth - 1)}/unknown`]);
      return looks;
    };
    // once more for each level, which asks whether it fits whole
    expect(looksAt(20) - looksAt(10)).toBeLessThanOrEqual(looksAt(10));
  });
});
