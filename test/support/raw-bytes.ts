import fc from 'fast-check';

const mark = [0xef, 0xbb, 0xbf];

const pieces = fc.oneof(
  fc.constantFrom(mark, [0xef, 0xbb], [0xc3], [0xa9], [0xff, 0xfe], [0xed, 0xa0, 0x80], [0xef, 0xbf, 0xbd], [0]),
  fc.constantFrom('{"a":1}', '{"a":"', '"}', '{', '[1]', 'x', '"\uFEFF"', ' ').map((text) => [...Buffer.from(text)]),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => [...bytes]),
);

/** Bytes that are text, JSON or neither, with byte order marks and pieces of characters. */
export const rawBytes: fc.Arbitrary<Buffer> = fc
  .array(pieces, { maxLength: 5 })
  .map((several) => Buffer.from(several.flat()));

/** Names come several times. */
export const rawHeader = fc.tuple(
  fc.oneof(
    rawBytes,
    fc.constantFrom('a', '7', '__proto__', '\uFFFD', '\uFEFF', '').map((name) => Buffer.from(name)),
  ),
  fc.option(rawBytes),
);
