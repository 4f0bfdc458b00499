import { describe, expect, it } from 'vitest';
import { readRows } from '../../support/lake.ts';
import { allEncoders, casesFor, writeCase } from '../../support/write-case.ts';

/** A row as the cases have it: no nulls but in arrays, large integers as their digits. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21)
    return String(BigInt(value));
  if (value instanceof Date) {
    const iso = value.toISOString();
    return iso.endsWith('T00:00:00.000Z') && value.getUTCFullYear() < 1900 ? iso.slice(0, 10) : iso;
  }
  if (Array.isArray(value)) return value.map((each) => plain(each) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name, member]) => !name.startsWith('kafka_') && hasValue(member));
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}

/** A reader makes a struct of nulls where there is none, or null where all its fields are null. */
function hasValue(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value !== 'object' || value instanceof Date || Array.isArray(value)) return true;
  return Object.values(value).some(hasValue);
}

describe.each(allEncoders)('values written by %s', (name, encoder) => {
  it.each(casesFor(name))('$name', async (valueCase) => {
    const { lake, columns } = await writeCase(valueCase, encoder);
    expect(columns).toEqual(valueCase.columns);
    expect((await readRows(lake)).map(plain)).toEqual(valueCase.rows);
  });
});
