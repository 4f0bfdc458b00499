import type { ParquetEncoder } from '../../src/consumer/ports/parquet.ts';
import { randomAt } from '../../src/producer/random.ts';
import { jsonRecords } from './chunks.ts';
import { createTestTools, openTestLake, testTable } from './lake.ts';
import { writeBatches } from './write-batches.ts';

const rows = 1200;
export const rowGroupRows = 100;
const seed = 17;

const strings = ['', 'a', 'ab', 'A', 'ü', '！fullwidth', '😀', '😀b', '\uffff', 'z'.repeat(80), 'null', '10', '9'];
const fractions = [0, -0, 0.1, -0.1, 1, -1, 36.8, 1e300, -1e300, 5e-324, 2 ** 60];

/** Columns of the pushdown test, and literals of SQL among and beside their values. */
export const pushdownColumns: Readonly<Record<string, readonly string[]>> = {
  txt: strings.map((value) => `'${value}'`),
  num: ['0.0', '-0.0', '0.1', '36.8', '-1', '1e300', '37', '5e-324', '1152921504606846976'],
  big: ['0', '1', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808', '1200', '600'],
  at: ['2026-11-23 09:15:02.12', '1900-01-01 00:00:00', '2026-11-23 10:00:00', '9999-12-31 23:59:59.999'].map(
    (time) => `TIMESTAMPTZ '${time}+00'`,
  ),
  day: ['2026-11-23', '1582-10-15', '1970-01-01', '9999-12-31'].map((day) => `DATE '${day}'`),
  flag: ['true', 'false'],
  'place.bed': ["'b1'", "'！'", "'😀'", "''"],
  'place.load': ['0.0', '-0.0', '0.5', '-3'],
};

/** One file with values of all columns in many row groups; some have none, some only one. */
export async function writePushdownFile(encoder: ParquetEncoder): Promise<string> {
  const lake = await openTestLake();
  const tools = createTestTools({
    ...lake,
    writer: { encoder },
    recipe: { hints: 'big bigint' },
    placement: { layout: 'none' },
  });
  await writeBatches(tools, [jsonRecords(...Array.from({ length: rows }, (_, row) => recordAt(row)))]);
  const keys: string[] = [];
  for await (const { key } of lake.store.list(`${testTable}/`)) keys.push(key);
  return `${lake.root}/${keys.join()}`;
}

/** JSON text, since numbers of many digits are written as they are. */
function recordAt(row: number): string {
  const random = (salt: number): number => randomAt(seed, row, salt);
  const pick = <T>(values: readonly T[], salt: number): T | undefined =>
    values[Math.floor(random(salt) * values.length)];
  const group = Math.floor(row / rowGroupRows);
  const isSparse = group % 4 === 3;
  const bigs = ['0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808', '9007199254740992'];
  const members: readonly (readonly [string, string | undefined])[] = [
    ['txt', JSON.stringify(group % 3 === 0 ? `k${row}` : pick(strings, 1))],
    ['num', group % 3 === 1 ? numberText(row / 10) : numberText(pick(fractions, 2))],
    ['big', group % 3 === 2 ? String(row) : pick(bigs, 3)],
    [
      'at',
      JSON.stringify(
        new Date(Date.parse('2026-11-23T09:15:02.120Z') + Math.floor(random(4) * 5) * 1000 * group).toISOString(),
      ),
    ],
    ['day', JSON.stringify(pick(['1582-10-15', '2026-11-23', '1970-01-01', '9999-12-31'], 5))],
    ['flag', String(group % 5 === 0 || random(6) < 0.5)],
    [
      'place',
      `{"bed":${JSON.stringify(pick(['b1', '！', '😀', ''], 7))},"load":${numberText(pick([0, -0, 0.5, -3], 8))}}`,
    ],
  ];
  const present = members.filter((_, salt) => random(20 + salt) > (isSparse ? 0.97 : 0.2));
  return `{${present.map(([name, value]) => `"${name}":${value ?? 'null'}`).join(',')}}`;
}

function numberText(value = 0): string {
  if (Object.is(value, -0)) return '-0.0';
  return Math.abs(value) >= 2 ** 53 ? value.toExponential() : String(value);
}

/** Predicates of SQL about a column, random and the same each time. */
export function predicatesOf(column: string, literals: readonly string[], count: number): string[] {
  const name = column
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
  return Array.from({ length: count }, (_, index) => {
    const pick = <T>(values: readonly T[], salt: number): T => {
      const value = values[Math.floor(randomAt(seed + 1, index, salt) * values.length)];
      if (value === undefined) throw new RangeError('nothing to pick from');
      return value;
    };
    const [a, b, c] = [pick(literals, 2), pick(literals, 3), pick(literals, 4)];
    return pick(
      [
        ...['=', '<>', '<', '<=', '>', '>='].flatMap((operator) => [
          `${name} ${operator} ${a}`,
          `${name} ${operator} ${b}`,
        ]),
        `${name} BETWEEN ${a} AND ${b}`,
        `${name} IN (${a}, ${b}, ${c})`,
        `${name} NOT IN (${a}, ${b})`,
        `${name} IS NULL`,
        `${name} IS NOT NULL AND ${name} <> ${a}`,
        `${name} > ${a} OR ${name} < ${b}`,
      ],
      5,
    );
  });
}
