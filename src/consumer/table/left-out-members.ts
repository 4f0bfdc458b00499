import type { Rescue } from '../../schema/conform.ts';
import { parseJson } from '../../schema/exact-json.ts';
import { closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote } from '../../schema/json-bytes.ts';
import { pointerTo } from '../../schema/json-pointer.ts';
import { endOfString, keyIndexOf } from '../../schema/written-json.ts';
import type { JsonValues } from '../ports/json-values.ts';

/**
 * Rescues members of the value of that index, whose JSON Pointer is `path`: `members` says where they begin and end in its source, two numbers for each.
 * Answers with false, and rescues none, when their order must be found out.
 */
export function rescueLeftOut(
  values: JsonValues,
  { index, path, members }: { readonly index: number; readonly path: string; readonly members: Int32Array },
  rescue: Rescue,
): boolean {
  const source = values.sourceAt(index);
  const pointers = source && pointersWithin(source, values.startAt(index), { path, members });
  if (source === undefined || pointers === undefined) return false;
  for (const [member, pointer] of pointers.entries())
    rescue(pointer, parseJson(source.toString('utf8', members[member * 2], members[member * 2 + 1])));
  return true;
}

/** An array or object around a member. */
interface Level {
  /** The index of the element that is read; -1 in an object. */
  index: number;
  /** Where the key of the member that is read begins and ends, between its quotes. */
  keyStart: number;
  keyEnd: number;
}

/**
 * Gives the JSON Pointer below `path` of each member of the JSON value at `start`: `members` says where they begin and end, two numbers for
 * each, in their order. `undefined` when JavaScript has the members of an object in another order than the JSON, as it has keys that are integers.
 */
function pointersWithin(
  bytes: Buffer,
  start: number,
  { path, members }: { readonly path: string; readonly members: Int32Array },
): string[] | undefined {
  const pointers: string[] = [];
  const levels: Level[] = [];
  let isKey = false;
  let at = start;
  for (let member = 0; member < members.length; member += 2) {
    const target = members[member] ?? 0;
    while (at < target) {
      const byte = bytes[at] ?? 0;
      const level = levels.at(-1);
      if (byte === quote) {
        const end = endOfString(bytes, at);
        if (isKey && level !== undefined) {
          level.keyStart = at + 1;
          level.keyEnd = end - 1;
          if (keyIndexOf(bytes, at + 1, end - 1) >= 0) return undefined;
        }
        at = end;
        continue;
      }
      if (byte === openBrace || byte === openBracket)
        levels.push({ index: byte === openBracket ? 0 : -1, keyStart: 0, keyEnd: 0 });
      else if (byte === closeBrace || byte === closeBracket) levels.pop();
      else if (byte === comma && level !== undefined && level.index >= 0) level.index++;
      if (byte === openBrace || byte === comma) isKey = (levels.at(-1)?.index ?? 0) < 0;
      else if (byte === colon || byte === openBracket) isKey = false;
      at++;
    }
    pointers.push(levels.reduce((parent, level) => pointerTo(parent, nameOf(bytes, level)), path));
  }
  return pointers;
}

function nameOf(bytes: Buffer, { index, keyStart, keyEnd }: Level): string | number {
  if (index >= 0) return index;
  const spelling = bytes.toString('utf8', keyStart, keyEnd);
  return spelling.includes('\\') ? String(JSON.parse(`"${spelling}"`)) : spelling;
}
