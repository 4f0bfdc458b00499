import { describe, expect, it } from 'vitest';
import { columnOfField, fieldRules, type FieldNames } from '../../../src/consumer/columns/parse/field-rules.ts';
import { columnName } from '../../../src/schema/names/column-name.ts';
import { FakeTopic } from '../../fakes/fake-topic.ts';
import { createTestTools, openTestLake, readRows } from '../../support/lake.ts';
import { run } from '../../support/run-service.ts';

const [lower, upper, mixed] = ['x'.repeat(260), 'X'.repeat(260), `${'x'.repeat(259)}X`];

/** The column that the rules give each field. */
function columnsBy(names: Partial<FieldNames>, ...fields: string[]): (string | undefined)[] {
  const rules = fieldRules({ deny: [], rename: [], ...names });
  return fields.map((field) => columnOfField(field, rules, new Set()));
}

describe('a rule about a field', () => {
  it('is about each spelling that would become the same column', () => {
    const spellings = ['a.b', 'a b', 'a-b', 'a_b', 'A.B'];
    expect(columnsBy({ deny: ['a.b'] }, ...spellings, 'ab')).toEqual([...spellings.map(() => undefined), 'ab']);
    expect(columnsBy({ allow: ['A_B'] }, ...spellings, 'ab')).toEqual([...spellings.map(() => 'a_b'), undefined]);
  });

  it('denies a field or keeps it whatever its case, also where its name is too long for a column’s', () => {
    const all = [lower, upper, mixed];
    for (const name of all) {
      expect(columnsBy({ deny: [name] }, ...all, `${lower}y`)).toEqual([
        undefined,
        undefined,
        undefined,
        columnName(`${lower}y`),
      ]);
      expect(columnsBy({ allow: [name] }, ...all, `${lower}y`)).toEqual([...all.map(columnName), undefined]);
      expect(columnsBy({ deny: [name], rename: [['a', upper]] }, 'a')).toEqual([undefined]);
    }
    // the name that the table shows
    expect(columnsBy({ deny: [columnName(upper)] }, upper)).toEqual([undefined]);
    // beyond ASCII, where a name of 60 letters is too long
    expect(columnsBy({ deny: ['ж'.repeat(60)] }, 'Ж'.repeat(60), 'Ж'.repeat(61))).toEqual([
      undefined,
      columnName('Ж'.repeat(61)),
    ]);
  });

  it('changes no name of a column', () => {
    expect(new Set(columnsBy({ deny: ['y'] }, lower, upper, mixed)).size).toBe(3);
    expect(columnsBy({ deny: ['y'] }, lower, upper, mixed)).toEqual([lower, upper, mixed].map(columnName));
  });

  it('holds for records that are scanned and those that are parsed: nothing of a field that is left out is in the table', async () => {
    const topic = new FakeTopic(1);
    const odd = '"odd":"\\ud800"';
    for (const name of [lower, upper, mixed])
      topic.append(0, { value: `{"n":1,"${name}":"secret"}` }, { value: `{"n":1,"${name}":"secret",${odd},"n":1}` });
    const lake = await openTestLake();
    await run(topic, lake, { tools: createTestTools({ ...lake, recipe: { fields: { deny: [lower], rename: [] } } }) });
    const rows = await readRows(lake);
    expect(rows).toHaveLength(6);
    expect(rows.map((row) => Object.values(row).includes('secret'))).not.toContain(true);
    expect(rows.every((row) => !JSON.stringify(row['_rescued'] ?? '').includes('secret'))).toBe(true);
  });
});
