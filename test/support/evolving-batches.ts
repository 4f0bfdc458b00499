import { jsonRecords, type TestRecord } from './chunks.ts';

/** A table's life: new fields, other types, fields of structs, arrays of structs, in five batches. */
export const evolvingBatches: readonly (readonly TestRecord[])[] = [
  jsonRecords({ id: 1, t: 36.8 }),
  jsonRecords({ id: 2, t: 'warm', place: { ward: 'A' } }),
  jsonRecords({ id: 3, t: true, place: { ward: 'B', bed: { number: 7 } }, tags: ['x'] }),
  jsonRecords({ id: 4, place: { floor: 2 }, stays: [{ from: '2026-11-23' }], at: '2026-11-23T09:00:00Z' }),
  jsonRecords({ id: 5, place: { ward: 5 }, stays: [{ from: '2026-11-24', to: '2026-11-25' }], tags: [1] }),
];

export const evolvedColumns = [
  'id double',
  't double',
  't_string string',
  'place struct<ward:string,bed:struct<number:double>,floor:double,ward_double:double>',
  't_boolean boolean',
  'tags array<string>',
  'stays array<struct<from:date,to:date>>',
  'at timestamp',
  'tags_array_double array<double>',
];
