import { describe, expect, it } from 'vitest';
import { planEvolution, type EvolutionRules, type ObservedColumn } from '../../../src/schema/growth/evolution.ts';
import { formatType, parseColumns, parseType } from '../../../src/schema/types/hive-ddl.ts';
import type { Observed } from '../../../src/schema/infer/observe.ts';

const rules: EvolutionRules = { columnsMax: 10, growth: 'all', hints: new Map() };

function observed(name: string, what: string, count = 1): ObservedColumn {
  const special: Record<string, Observed> = { json: { form: 'json' }, exact: { form: 'exact' } };
  return { name, count, observed: special[what] ?? { form: 'plain', type: parseType(what) } };
}

function plan(table: string, columns: readonly ObservedColumn[], changed: Partial<EvolutionRules> = {}) {
  const { added, replaced, targets } = planEvolution(parseColumns(table), columns, { ...rules, ...changed });
  const write = ({ name, type }: (typeof added)[number]): string => `${name} ${formatType(type)}`;
  return { added: added.map(write), replaced: replaced.map(write), targets };
}

describe('planning how a table grows', () => {
  it('adds what is new and leaves what is there', () => {
    expect(plan('a double', [observed('a', 'double'), observed('b', 'string')])).toEqual({
      added: ['b string'],
      replaced: [],
      targets: ['a', 'b'],
    });
  });

  it('writes a value of another type to a sibling column and never drops it', () => {
    expect(plan('temperature double', [observed('temperature', 'string')])).toEqual({
      added: ['temperature_string string'],
      replaced: [],
      targets: ['temperature_string'],
    });
  });

  it('gives the name itself to the type that most values have', () => {
    const { targets } = plan('', [observed('t', 'string', 2), observed('t', 'double', 98)]);
    expect(targets).toEqual(['t_string', 't']);
  });

  it('grows a struct by fields', () => {
    expect(plan('place struct<lat:double>', [observed('place', 'struct<lon:double>')]).replaced).toEqual([
      'place struct<lat:double,lon:double>',
    ]);
  });

  it('rescues what comes past the column limit', () => {
    const { added, targets } = plan('a double', [observed('b', 'double'), observed('c', 'double')], { columnsMax: 2 });
    expect(added).toEqual(['b double']);
    expect(targets).toEqual(['b', undefined]);
  });

  it('widens a number where the table can, and keeps it and its values apart from a sibling where it can’t', () => {
    const columns = [observed('n', 'int', 5), observed('n', 'bigint'), observed('n', 'double')];
    expect(plan('n int', columns, { widensNumbers: true })).toEqual({
      added: ['n_double double'],
      replaced: ['n bigint'],
      targets: ['n', 'n', 'n_double'],
    });
    expect(plan('n int', columns).replaced).toEqual([]);
    expect(plan('n int', columns).targets).toEqual(['n', 'n_bigint', 'n_double']);
  });

  it('makes a column wide at once when its first values ask for it', () => {
    const hints = new Map([['n', parseType('int')]]);
    const columns = [observed('n', 'int'), observed('n', 'bigint')];
    expect(plan('', columns, { hints, widensNumbers: true })).toMatchObject({ added: ['n bigint'], replaced: [] });
  });

  it('adds nothing to a frozen table', () => {
    expect(plan('a double', [observed('a', 'string'), observed('b', 'double')], { growth: 'none' })).toEqual({
      added: [],
      replaced: [],
      targets: [undefined, undefined],
    });
  });

  it('keeps digits a double would lose as text beside it', () => {
    expect(plan('seq double', [observed('seq', 'exact')]).targets).toEqual(['seq_string']);
  });

  it('never gives one column to two kinds of values, whatever names come', () => {
    // a field that is called like the sibling of another
    const { targets } = plan('', [
      observed('t', 'double', 5),
      observed('t', 'string', 3),
      observed('t_string', 'double', 1),
    ]);
    expect(targets[0]).toBe('t');
    expect(targets[1]).toBe('t_string');
    expect(targets[2]).toBe('t_string_double');
  });

  it('gives a new column the type of its hint', () => {
    const hints = new Map([['seq', parseType('bigint')]]);
    expect(plan('', [observed('seq', 'bigint')], { hints }).added).toEqual(['seq bigint']);
  });
});
