/** What may stand around the JSON of a value: nothing, a schema registry's frame, or also gzip. */
export const valueFormats = ['json', 'json-framed', 'auto'] as const;

export type ValueFormat = (typeof valueFormats)[number];

/** Values that hold several records: as the elements of an array, or as lines. */
export const recordsPerValue = ['array', 'ndjson'] as const;

export type RecordsPerValue = (typeof recordsPerValue)[number];
