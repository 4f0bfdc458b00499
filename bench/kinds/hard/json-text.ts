/** Begins the strings that stand for big integers while `JSON.stringify` runs; JSON writes it as `\u0001`. */
const mark = '\u0001';

/** JSON of a value whose bigints are written as numbers with all of their digits. */
export function jsonWithBigints(value: unknown): string {
  const marked = JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${mark}${each}` : each));
  return marked.replaceAll(/"\\u0001(-?\d+)"/g, '$1');
}

/** The same JSON in ASCII, with slashes escaped, as PHP and older services of Java write it. */
export function escapedJson(json: string): string {
  return json.replaceAll('/', '\\/').replaceAll(/[\u0080-\uffff]/g, escapeOf);
}

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
