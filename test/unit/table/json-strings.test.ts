import { describe, expect, it } from 'vitest';
import { jsonValue, type DecodedColumn } from '../../../src/consumer/columns/builders/decoded-column.ts';
import { JsonValues } from '../../../src/consumer/ports/json-values.ts';
import { jsonStrings } from '../../../src/consumer/table/route/json-strings.ts';
import { Turns } from '../../../src/runtime/turns.ts';
import { parseJson, writeJson } from '../../../src/schema/json/exact-json.ts';

/** Makes strings of values that lie in several pieces of memory, so many of them in each, from the last one on if `turned`. */
async function stringsOf(texts: readonly string[], pieceSize: number, turned = false): Promise<unknown[]> {
  const values = new JsonValues();
  for (let first = 0; first < texts.length; first += pieceSize) {
    const piece = texts.slice(first, first + pieceSize).map((text) => Buffer.from(text));
    const laid = turned ? piece.toReversed() : piece;
    const bytes = Buffer.concat(laid.flatMap((text) => [Buffer.from(','), text]));
    for (const text of piece) {
      const start = laid.slice(0, laid.indexOf(text)).reduce((sum, { length }) => sum + length + 1, 1);
      values.add(bytes, start, start + text.length);
    }
  }
  const column: DecodedColumn = {
    name: 'v',
    field: 'v',
    observed: { form: 'json' },
    count: texts.length,
    store: { kind: 'nested', values, areWhole: true },
  };
  const strings = await jsonStrings(column, values, new Turns());
  return texts.map((_, index) => jsonValue(strings, index));
}

const texts = [
  '{"a":1,"b":[true,null,"x"]}',
  '{ "a" : 1.50 , "b" : [ ] }',
  '[1e3,-0,0.1,12345678901234567890,1E400]',
  '{"2":1,"1":2}',
  '{"a":1,"a":2}',
  String.raw`{"é\n":"\u00e9\ud83d\ude00","\ud800":"\u0000"}`,
  `{${Array.from({ length: 100 }, (_, key) => `"k${key}":${key / 7}`).join()}}`,
  '[]',
  `"${'long '.repeat(200_000)}"`,
  '"long no more"',
];

describe('values that are kept as JSON', () => {
  it('are written as what they are parsed to, wherever they lie', async () => {
    const many = Array.from({ length: 5000 }, (_, row) => texts[row % 8] ?? '');
    for (const [each, pieceSize] of [[texts, 3] as const, [texts, 100] as const, [many, 4999] as const]) {
      const written = each.map((text) => writeJson(parseJson(text)));
      expect(await stringsOf(each, pieceSize)).toEqual(written);
    }
    expect(await stringsOf(texts, 4, true)).toEqual(texts.map((text) => writeJson(parseJson(text))));
  });
});
