/** What may stand around the JSON of a value: nothing, a schema registry's frame, or also gzip. */
export const valueFormats = ['json', 'json-framed', 'auto'] as const;

export type ValueFormat = (typeof valueFormats)[number];
