/** What a value may be, each with all that those before it read: JSON as it is, behind a schema registry's frame, also in gzip, or also Avro by the schema that its frame names. */
export const valueFormats = ['json', 'json-framed', 'auto', 'avro'] as const;

export type ValueFormat = (typeof valueFormats)[number];

/** True when `format` can't read all values that `other` reads; entries that name none are of plain JSON. */
export function readsLess(format: ValueFormat = 'json', other: ValueFormat = 'json'): boolean {
  return valueFormats.indexOf(format) < valueFormats.indexOf(other);
}

/** Values that hold several records: as the elements of an array, or as lines. */
export const recordsPerValue = ['array', 'ndjson'] as const;

export type RecordsPerValue = (typeof recordsPerValue)[number];
