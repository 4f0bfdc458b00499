/** What a value may be: JSON as it is, behind a schema registry's frame, also in gzip, or also Avro by the schema that its frame names. */
export const valueFormats = ['json', 'json-framed', 'auto', 'avro'] as const;

export type ValueFormat = (typeof valueFormats)[number];

/** Values that hold several records: as the elements of an array, or as lines. */
export const recordsPerValue = ['array', 'ndjson'] as const;

export type RecordsPerValue = (typeof recordsPerValue)[number];
