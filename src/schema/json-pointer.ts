/** Gives the path of a member by JSON Pointer (RFC 6901): `/log/level`, `/tags/2`. Names stay as they came. */
export function pointerTo(parent: string, name: string | number): string {
  const token = typeof name === 'number' ? String(name) : name.replaceAll('~', '~0').replaceAll('/', '~1');
  return `${parent}/${token}`;
}
