import { closeBrace, closeBracket, colon, comma, openBrace, openBracket, quote } from '../../schema/json-bytes.ts';
import { pointerTo } from '../../schema/json-pointer.ts';
import { endOfString, keyIndexOf } from '../../schema/written-json.ts';

/** Members of one value whose pointers are remembered. */
const knownMembers = 16;

/** The pointer that was found last at a level of nesting. */
interface Known {
  /** The pointer of the level around it. */
  readonly parent: string;
  /** Index of the element, -1 for a member of an object. */
  readonly index: number;
  /** The key as JSON has it, without quotes. */
  readonly key: Buffer;
  readonly pointer: string;
}

/** Finds the JSON Pointers of members by where they are. Values of a column have the same ones again and again, which are made once. */
export class MemberPointers {
  /** What was found for the first, second … member of the last values, by level. */
  readonly #known: readonly Known[][] = Array.from({ length: knownMembers }, () => []);
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Levels of nesting around `#at`. */
  #depth = 0;
  #isKey = false;
  /** Index of the element that is read at each level, -1 in an object. */
  readonly #indexes: number[] = [];
  /** Where the key of the member that is read begins and ends at each level, between its quotes. */
  readonly #keyStarts: number[] = [];
  readonly #keyEnds: number[] = [];

  /**
   * Gives the JSON Pointer, below `path`, of each member of the JSON value at `start`: `members` says where they begin and end, two numbers for
   * each, in their order. `undefined` when JavaScript has the members of an object in another order than the JSON, as it has keys that are integers.
   */
  within(
    bytes: Buffer,
    start: number,
    { path, members }: { readonly path: string; readonly members: Int32Array },
  ): string[] | undefined {
    this.#bytes = bytes;
    this.#at = start;
    this.#depth = 0;
    const pointers: string[] = [];
    for (let member = 0; member < members.length; member += 2) {
      if (!this.#walkTo(members[member] ?? 0)) return undefined;
      pointers.push(this.#pointer(path, this.#known[pointers.length] ?? []));
    }
    return pointers;
  }

  /** Goes on to the position, where a value begins; answers with false for a key that is an integer. */
  #walkTo(position: number): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < position) {
      const byte = bytes[at] ?? 0;
      if (byte === quote) {
        const end = endOfString(bytes, at);
        if (this.#isKey && !this.#enterMember(at + 1, end - 1)) return false;
        at = end;
        continue;
      }
      if (byte === openBrace || byte === openBracket) this.#enter(byte === openBracket ? 0 : -1);
      else if (byte === closeBrace || byte === closeBracket) this.#depth--;
      else if (byte === comma) this.#enterNext();
      else if (byte === colon) this.#isKey = false;
      at++;
    }
    this.#at = at;
    return true;
  }

  #enter(index: number): void {
    this.#indexes[this.#depth++] = index;
    this.#isKey = index < 0;
  }

  #enterNext(): void {
    const index = this.#indexes[this.#depth - 1] ?? -1;
    if (index >= 0) this.#indexes[this.#depth - 1] = index + 1;
    this.#isKey = index < 0;
  }

  #enterMember(keyStart: number, keyEnd: number): boolean {
    this.#keyStarts[this.#depth - 1] = keyStart;
    this.#keyEnds[this.#depth - 1] = keyEnd;
    return keyIndexOf(this.#bytes, keyStart, keyEnd) < 0;
  }

  /** Gives the pointer of what is read, and remembers it in `known`. */
  #pointer(path: string, known: Known[]): string {
    let pointer = path;
    for (let level = 0; level < this.#depth; level++) {
      const found = this.#knownAt(level, pointer, known[level]);
      known[level] = found;
      ({ pointer } = found);
    }
    return pointer;
  }

  #knownAt(level: number, parent: string, known: Known | undefined): Known {
    const index = this.#indexes[level] ?? -1;
    if (known?.parent === parent && known.index === index && (index >= 0 || this.#isKeyAt(level, known.key)))
      return known;
    const key = index < 0 ? Buffer.from(this.#keyAt(level)) : Buffer.alloc(0);
    const pointer = pointerTo(parent, index < 0 ? nameOf(key) : index);
    return { parent, index, key, pointer };
  }

  #isKeyAt(level: number, key: Buffer): boolean {
    const start = this.#keyStarts[level] ?? 0;
    if ((this.#keyEnds[level] ?? 0) - start !== key.length) return false;
    for (let at = 0; at < key.length; at++) if (this.#bytes[start + at] !== key[at]) return false;
    return true;
  }

  #keyAt(level: number): Buffer {
    return this.#bytes.subarray(this.#keyStarts[level], this.#keyEnds[level]);
  }
}

function nameOf(key: Buffer): string {
  const spelling = key.toString();
  return spelling.includes('\\') ? String(JSON.parse(`"${spelling}"`)) : spelling;
}
