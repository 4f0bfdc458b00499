/** JSON in ASCII, with slashes escaped, as PHP and older services of Java write it. */
export function escapedJson(json: string): string {
  return json.replaceAll('/', '\\/').replaceAll(/[\u0080-\uffff]/g, escapeOf);
}

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
