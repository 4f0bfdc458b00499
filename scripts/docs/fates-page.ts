import { oddRecords, type OddRecord } from './odd-records.ts';

export const fatesPath = 'docs/json-fates.md';

const examplesMax = 4;

/** Makes the table of fates, as Markdown, from the records that a test writes. */
export function fatesPage(): string {
  const groups = Map.groupBy(oddRecords, ({ group }) => group);
  const rows = [...groups].map(([name, records]) => {
    const [first] = records;
    const examples = records.slice(0, examplesMax).map(({ value }) => exampleOf(value));
    return `| ${name} | ${records.length} | ${examples.join(' ')} | ${first === undefined ? '' : fateText(first.fate)} |`;
  });
  return `# What becomes of odd records

<!-- made from scripts/docs/odd-records.ts by \`npm run docs\` -->

Each of these ${oddRecords.length} records is written by a test as a topic's only record and read back. A record is a row, a dead letter with its
bytes and the reason, or, without a value, a counted tombstone; none stops the pipeline. Of a key that occurs twice the last value
counts, as in \`JSON.parse\`. A large record is a dead letter from \`RECORD_BYTES_MAX\` on.

With \`RECORDS=array\` or \`RECORDS=ndjson\` the objects of a value have one fate together. If one of them can’t be a row, the value is a dead letter with its
reason, and \`object 3 of 20: …\` (counted from 0) as the detail; if there are more than 50,000, with \`too-large\`. An empty array counts as a tombstone.
With \`array\` a value that is one object without brackets is a row, too; with \`ndjson\` so is one object that is printed over several lines. A value of blank
lines only, which has no object, is a dead letter with \`ndjson\`.

A value that finds no column is in \`_rescued\` as it came: a string, and so a time, with the characters that it had, a number as the same number
(\`1.0\` may be written \`1\`, and \`1e2\` \`100\`).

Only integers beyond 2^53 and numbers beyond the largest double are kept as digits. A number with a fraction or an exponent becomes the nearest
double, as in \`JSON.parse\`, Spark and DuckDB: its first 15 digits are always kept, those beyond the 17th are lost, wherever the number is.
\`decimal\` in \`SCHEMA_HINTS\` takes the shortest digits of that double, so it does not keep more either; it has no \`-0\`, which goes to a sibling as it does beside whole numbers. Publish amounts of more digits as
strings. With \`SCHEMA_NUMBERS=split\` a number is whole by its value, not by how it is written: \`1.0\`, \`1e2\` and \`99999999999999.999\`,
whose nearest double is 100000000000000, count as \`bigint\` on every level.

| records | how many | like | fate |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function exampleOf(value: string | Buffer): string {
  if (typeof value !== 'string') return `\`${value.subarray(0, 12).toString('hex')}\``;
  const shown = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"');
  const short = shown.length > 40 ? `${shown.slice(0, 37)}…` : shown;
  return short === '' ? '(empty)' : `\`${short.replaceAll('|', '\\|').replaceAll('`', "'")}\``;
}

function fateText(fate: OddRecord['fate']): string {
  if ('reason' in fate) return `dead letter: ${fate.reason}`;
  if (fate.row[0] === '*') return 'row';
  return fate.row.length === 0
    ? 'row, no column of its own'
    : `row, ${fate.row.map((column) => `\`${column}\``).join(', ')}`;
}
