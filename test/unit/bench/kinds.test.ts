import { describe, expect, it } from 'vitest';
import { Draw } from '../../../bench/kinds/draw.ts';
import { escapedJson } from '../../../bench/kinds/hard/json-text.ts';
import { kindOf, kinds } from '../../../bench/kinds/kinds.ts';
import { startMs } from '../../../bench/kinds/record-file.ts';
import { writeJson } from '../../../src/schema/json/exact-json.ts';

const texts = (name: string, seed: number): string[] =>
  Array.from({ length: 500 }, (_, index) => kindOf(name).textAt(new Draw(seed, index), index, startMs));

describe.each(kinds.map(({ name }) => name))('records of the kind %s', (name) => {
  it('are the same for the same seed, and others for another', () => {
    expect(texts(name, 1)).toEqual(texts(name, 1));
    expect(texts(name, 1)).not.toEqual(texts(name, 2));
  });

  it('are one line of JSON each, with fields of the columns that peers are given', () => {
    const { columns } = kindOf(name);
    const fields = new Set(texts(name, 1).flatMap((text) => Object.keys(JSON.parse(text))));
    expect([...fields].toSorted()).toEqual(Object.keys(columns).toSorted());
    expect(texts(name, 1).join('')).not.toContain('\n');
  });
});

it('names the kinds there are when asked for another', () => {
  expect(() => kindOf('easy')).toThrow('no kind easy: there are posts, geojson, spans');
});

describe('what is hard about the hard kinds', () => {
  const values = (name: string, ...path: readonly string[]): unknown[] =>
    texts(name, 1).map((text) => path.reduce<unknown>((value, key) => Object(value)[key], JSON.parse(text)));
  const typeOf = (value: unknown): string =>
    value === null ? 'null' : Array.isArray(value) ? `${[...new Set(value.map(typeOf))].join('+')}[]` : typeof value;
  const typesOf = (found: readonly unknown[]): string[] => [...new Set(found.map(typeOf))].toSorted();
  const keysOf = (found: readonly unknown[]): Set<string> =>
    new Set(found.flatMap((value) => Object.keys(Object(value))));
  const levelsOf = (value: unknown): number => Math.max(0, ...Object(Object(value).replies ?? []).map(levelsOf)) + 1;

  it('posts have escapes, and ids that need all of their 19 digits', () => {
    expect(texts('posts', 1).join('')).toMatch(/\\u[\da-f]{4}/);
    expect(texts('posts', 1)[0]).toMatch(/"id":(\d{19}),"id_str":"\1"/);
    expect(typesOf(values('posts', 'place'))).toEqual(['null', 'object']);
  });

  it('geojson has coordinates of one to four levels', () => {
    expect(typesOf(values('geojson', 'geometry', 'coordinates'))).toEqual([
      'number[]',
      'number[][]',
      'number[][][]',
      'number[][][][]',
      'undefined',
    ]);
  });

  it('spans have times as text and as numbers', () => {
    expect(typesOf(values('spans', 'startTimeUnixNano'))).toEqual(['number', 'string']);
  });

  it('audit has requests that are structs and arrays, and annotations with free keys', () => {
    expect(typesOf(values('audit', 'requestObject'))).toEqual(['object', 'object[]', 'undefined']);
    expect(keysOf(values('audit', 'annotations')).size).toBeGreaterThan(30);
  });

  it('cloudtrail has parameters of a dozen calls', () => {
    expect(new Set(values('cloudtrail', 'eventName')).size).toBe(12);
    expect(typesOf(values('cloudtrail', 'responseElements'))).toEqual(['null', 'object']);
  });

  it('webhooks have 40 types, and customers as ids and as structs', () => {
    expect(new Set(values('webhooks', 'type')).size).toBe(40);
    expect(typesOf(values('webhooks', 'data', 'object', 'customer'))).toEqual(['object', 'string', 'undefined']);
  });

  it('free-keys has thousands of keys', () => {
    expect(keysOf(values('free-keys', 'readings')).size).toBeGreaterThan(2000);
  });

  it('mixed has a field of six types, and arrays of five', () => {
    expect(typesOf(values('mixed', 'value'))).toEqual(['boolean', 'null', 'number', 'number[]', 'object', 'string']);
    expect(typesOf(values('mixed', 'samples'))).toEqual(
      expect.arrayContaining(['[]', 'number[]', 'string[]', 'object[]', 'number[][]', 'number+string[]']),
    );
  });

  it('empties has the real thing beside null, {} and []', () => {
    const found = values('empties', 'device').map((value) => JSON.stringify(value));
    expect(found).toEqual(expect.arrayContaining(['null', '{}', '{"settings":{}}', '{"settings":{"alarm":null}}']));
    expect(typesOf(values('empties', 'orders'))).toEqual(['[]', 'null', 'object[]']);
  });

  it('big-ids has no id that a double holds', () => {
    const ids = texts('big-ids', 1).flatMap((text) =>
      [...text.matchAll(/"(?:id|by|channel)":(\d+)/g)].map(([, id]) => id),
    );
    expect(ids.filter((id) => Number.isSafeInteger(Number(id)))).toEqual([]);
  });

  it('deep has trees of four to twelve levels', () => {
    const levels = values('deep', 'root').map(levelsOf);
    expect([Math.min(...levels), Math.max(...levels)]).toEqual([4, 12]);
    expect(levels).toEqual(values('deep', 'depth'));
  });
});

describe('JSON as other programs write it', () => {
  it('has integers of any size as numbers, and leaves strings of digits alone', () => {
    expect(writeJson({ id: 2n ** 64n, text: '12', list: [-(2n ** 63n)] })).toBe(
      '{"id":18446744073709551616,"text":"12","list":[-9223372036854775808]}',
    );
  });

  it('has escapes for what is not ASCII, and for slashes', () => {
    expect(escapedJson('"é/🙂"')).toBe(String.raw`"\u00e9\/\ud83d\ude42"`);
  });
});
