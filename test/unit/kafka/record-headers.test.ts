import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chunkOf, type TestRecord } from '../../support/chunks.ts';
import { runs } from '../../support/fuzzing.ts';
import { rawHeader } from '../../support/raw-bytes.ts';

type Headers = NonNullable<TestRecord['rawHeaders']>;

const value = z.union([z.string(), z.null(), z.strictObject({ base64: z.base64() })]);
const header = z.union([value, z.strictObject({ name_base64: z.base64(), value })]);
const headers = z.union([header, z.array(header)]);

const jsonOf = (rawHeaders: Headers): string => chunkOf([{ value: '{}', rawHeaders }]).headersOf(0) ?? '{}';

/** Reads names and values back from a record's JSON, as its documentation says. */
function readBack(json: string): Headers {
  const byName: object = JSON.parse(json);
  return Object.entries(byName).flatMap(([name, given]) =>
    [headers.parse(given)].flat().map((each) => {
      if (typeof each === 'object' && each !== null && 'name_base64' in each)
        return [Buffer.from(each.name_base64, 'base64'), bytesOf(each.value)] as const;
      return [Buffer.from(name), bytesOf(each)] as const;
    }),
  );
}

function bytesOf(given: z.infer<typeof value>): Buffer | null {
  if (given === null) return null;
  return typeof given === 'string' ? Buffer.from(given) : Buffer.from(given.base64, 'base64');
}

const spelled = (each: Headers): string[] =>
  each.map(([name, bytes]) => `${name.toString('hex')}=${bytes?.toString('hex') ?? 'null'}`).toSorted();

describe('headers as JSON', () => {
  it('are strings, and in Base64 where they are no UTF-8', () => {
    const pair = (name: Buffer | string, bytes: readonly number[] | null) =>
      [Buffer.from(name), bytes && Buffer.from(bytes)] as const;
    const given = [
      pair('trace', [0x00, 0xff]),
      pair('trace', [0x31]),
      pair('marked', [0xef, 0xbb, 0xbf]),
      pair('none', null),
      pair(Buffer.of(0xff), [0x78]),
    ];
    expect(jsonOf(given)).toBe(
      '{"trace":[{"base64":"AP8="},"1"],"marked":"\uFEFF","none":null,"\uFFFD":{"name_base64":"/w==","value":"x"}}',
    );
  });

  it('lose no byte, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(rawHeader, { maxLength: 8 }), (given) => {
        expect(spelled(readBack(jsonOf(given)))).toEqual(spelled(given));
      }),
      runs(300),
    );
  });
});
