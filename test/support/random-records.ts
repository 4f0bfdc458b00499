import fc from 'fast-check';

const names = fc.constantFrom(
  'a',
  'A',
  'b',
  'b_string',
  'c.d',
  'ü',
  '',
  'kafka_offset',
  'event_date',
  'select',
  '_rescued',
  'x'.repeat(300),
);
const scalars = fc.oneof(
  fc.constantFrom('2026-11-23T09:15:02.120Z', '2026-11-23', '37', '', 'null'),
  fc.string({ maxLength: 8 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalars,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(names, tie('tree'), { maxKeys: 3 }),
  ),
}));
/** A few JSON objects with names that meet and values of every kind. */
export const randomRecords = fc.array(fc.dictionary(names, tree, { maxKeys: 5 }), { minLength: 1, maxLength: 6 });
