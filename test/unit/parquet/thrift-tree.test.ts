import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createColumnEncoder } from '../../../src/parquet/column-encoder.ts';
import { readThrift, writeThrift, type ThriftStruct, type ThriftValue } from '../../../src/parquet/file/thrift-tree.ts';

const { tree } = fc.letrec<{ tree: ThriftStruct; value: ThriftValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
    fc.record({ kind: fc.constant('byte' as const), value: fc.nat({ max: 255 }) }),
    fc.record({ kind: fc.constantFrom('i16' as const, 'i32' as const), value: fc.integer() }),
    fc.record({ kind: fc.constant('i64' as const), value: fc.integer({ min: -(2 ** 51), max: 2 ** 51 }) }),
    fc.record({ kind: fc.constant('double' as const), bytes: fc.uint8Array({ minLength: 8, maxLength: 8 }) }),
    fc.record({ kind: fc.constant('binary' as const), bytes: fc.uint8Array() }),
    fc.array(tie('tree'), { maxLength: 20 }).map((items) => ({ kind: 'list' as const, of: 'struct' as const, items })),
    fc
      .array(fc.boolean(), { maxLength: 20 })
      .map((values) => values.map((value) => ({ kind: 'boolean' as const, value })))
      .map((items) => ({ kind: 'list' as const, of: 'boolean' as const, items })),
    tie('tree'),
  ),
  tree: fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 40 }), tie('value')), { selector: ([id]) => id, maxLength: 8 })
    .map((fields) => ({ kind: 'struct' as const, fields: new Map(fields.toSorted(([a], [b]) => a - b)) })),
}));

describe('structures of Thrift', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(tree, (struct) => {
        expect(readThrift(new Uint8Array(writeThrift(struct)))).toEqual(struct);
      }),
    );
  });

  it('have the bytes of a footer again when it is read and written', async () => {
    const encoder = createColumnEncoder({ codec: 'zstd', rowGroupRows: 2 });
    const values = Float64Array.of(1, 2, 3);
    const columns = [{ name: 'a', type: { kind: 'double' as const }, data: { kind: 'double' as const, values } }];
    const file = Buffer.from(await encoder.encode({ rowCount: 3, columns }));
    const footer = file.subarray(file.length - 8 - file.readUInt32LE(file.length - 8), file.length - 8);
    expect(writeThrift(readThrift(footer))).toEqual(Buffer.from(footer));
  });

  it('are refused when they are cut off', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (struct, cut) => {
        const bytes = writeThrift(struct);
        expect(() => readThrift(bytes.subarray(0, cut % bytes.length))).toThrow(RangeError);
      }),
    );
  });
});
