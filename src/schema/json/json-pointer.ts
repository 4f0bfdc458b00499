/** Gives the path of a member by JSON Pointer (RFC 6901): `/log/level`, `/tags/2`. Names stay as they came. */
export function pointerTo(parent: string, name: string | number): string {
  return `${parent}/${typeof name === 'string' && /[~/]/.test(name) ? escaped(name) : name}`;
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
