import fc from 'fast-check';
import type { ColumnType, Field } from '../../src/schema/types/column-type.ts';

const scalar = fc
  .constantFrom('boolean', 'double', 'bigint', 'string', 'timestamp', 'date')
  .map((kind): ColumnType => ({ kind }));

/** Generates types that inference can find or a hint can name: scalars, arrays, maps and structs of them. */
export const columnTypes: fc.Arbitrary<ColumnType> = fc.letrec<{ type: ColumnType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    tie('type').map((element): ColumnType => ({ kind: 'array', element })),
    tie('type').map((value): ColumnType => ({ kind: 'map', value })),
    fc
      .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/), tie('type')), {
        minLength: 1,
        maxLength: 4,
        selector: ([name]) => name,
      })
      .map((fields): ColumnType => ({ kind: 'struct', fields: fields.map(([name, type]): Field => ({ name, type })) })),
  ),
})).type;
