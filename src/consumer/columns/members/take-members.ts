import { isUtf8 } from 'node:buffer';
import { parseJson, writeJson } from '../../../schema/json/exact-json.ts';
import { closeBrace, colon, comma, openBrace } from '../../../schema/json/json-bytes.ts';
import {
  DistinctKeys,
  endOfJson,
  endOfPlainString,
  endOfWritten,
  keyIndexOf,
  skipSpace,
} from '../../../schema/json/written-json.ts';

/** What becomes of a member: it stays in the record, is taken out to be rescued, or is taken out for good since its field is denied. */
export type MemberFate = 'stays' | 'rescued' | 'denied';

/** A member that is taken out to be rescued. */
export interface TakenMember {
  /** Where its key is, between the quotes; it has no escapes. */
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** The value as `writeJson` writes it; `undefined` where it stands so in the record, but for space. */
  readonly json: string | undefined;
}

/** What is taken out of a record. */
export interface TakenMembers {
  /** In the order in which `JSON.parse` gives them. */
  readonly members: readonly TakenMember[];
  /** What must be made space, so that the record is one without them: where it begins and ends, each. */
  readonly gaps: readonly number[];
}

const firstOfNull = 0x6e;

/**
 * Takes members out of the record `bytes[start, end)`, by their names. Those that stay are not looked into. Answers with `undefined` for a
 * record that has an unusual member to take out, or is no JSON where that matters.
 */
export function takeMembers(
  bytes: Buffer,
  { start, end }: { readonly start: number; readonly end: number },
  fateOf: (name: string) => MemberFate,
): TakenMembers | undefined {
  const brace = skipSpace(bytes, start);
  if (bytes[brace] !== openBrace) return undefined;
  const taker = new MemberTaker(bytes, end, fateOf);
  let at = skipSpace(bytes, brace + 1);
  while (at > 0 && bytes[at] !== closeBrace) at = taker.take(at);
  if (at === 0) return undefined;
  const taken = taker.finish();
  return taken.gaps.length === 0 || isUtf8(bytes.subarray(start, end)) ? taken : undefined;
}

class MemberTaker {
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #fateOf: (name: string) => MemberFate;
  readonly #keys: DistinctKeys;
  readonly #members: TakenMember[] = [];
  readonly #gaps: number[] = [];
  /** The comma behind the last member that stays; 0 for none. */
  #lastComma = 0;
  #hasIndexes = false;

  constructor(bytes: Buffer, end: number, fateOf: (name: string) => MemberFate) {
    this.#bytes = bytes;
    this.#end = end;
    this.#fateOf = fateOf;
    this.#keys = new DistinctKeys(bytes);
  }

  /** Reads the member at the position; answers with that of the next one or of the closing brace, 0 when the record is unusual. */
  take(start: number): number {
    const bytes = this.#bytes;
    const keyEnd = endOfPlainString(bytes, start);
    const fate = keyEnd < 0 ? 'stays' : this.#fateOf(bytes.toString('utf8', start + 1, keyEnd - 1));
    const behindKey = skipSpace(bytes, keyEnd < 0 ? endOfJson(bytes, start) : keyEnd);
    if (bytes[behindKey] !== colon) return 0;
    const valueStart = skipSpace(bytes, behindKey + 1);
    const valueEnd =
      fate === 'stays'
        ? endOfJson(bytes, valueStart)
        : this.#takeOut({ start, keyEnd, valueStart }, fate === 'rescued');
    const end = skipSpace(bytes, valueEnd);
    const isLast = bytes[end] === closeBrace;
    if (valueEnd === 0 || end >= this.#end || (!isLast && bytes[end] !== comma)) return 0;
    if (fate === 'stays') this.#lastComma = end;
    else this.#addGap(start, isLast ? end : end + 1);
    if (!isLast) return this.#nextAt(end + 1);
    // the comma has nothing behind it any more
    if (fate !== 'stays' && this.#lastComma > 0) this.#addGap(this.#lastComma, this.#lastComma + 1);
    return end;
  }

  finish(): TakenMembers {
    const members = this.#hasIndexes
      ? this.#members.toSorted((one, other) => this.#orderOf(one) - this.#orderOf(other))
      : this.#members;
    return { members, gaps: this.#gaps };
  }

  /** Takes a member out; answers with the end of its value, 0 when that is unusual. */
  #takeOut(
    { start, keyEnd, valueStart }: { readonly start: number; readonly keyEnd: number; readonly valueStart: number },
    isRescued: boolean,
  ): number {
    // of two the last one counts
    if (!this.#keys.add(start + 1, keyEnd - 1)) return 0;
    const written = endOfWritten(this.#bytes, valueStart);
    const valueEnd = written < 0 ? endOfJson(this.#bytes, valueStart) : written;
    const json = written < 0 ? this.#rewritten(valueStart, valueEnd) : undefined;
    if (written < 0 && json === undefined) return 0;
    if (!isRescued || this.#bytes[valueStart] === firstOfNull) return valueEnd;
    this.#members.push({ keyStart: start + 1, keyEnd: keyEnd - 1, valueStart, valueEnd, json });
    this.#hasIndexes ||= keyIndexOf(this.#bytes, start + 1, keyEnd - 1) >= 0;
    return valueEnd;
  }

  /** Writes a value anew; `undefined` when it is no JSON. */
  #rewritten(start: number, end: number): string | undefined {
    try {
      return writeJson(parseJson(this.#bytes.toString('utf8', start, end)));
    } catch {
      return undefined;
    }
  }

  #nextAt(behindComma: number): number {
    const next = skipSpace(this.#bytes, behindComma);
    return this.#bytes[next] === closeBrace ? 0 : next;
  }

  #addGap(start: number, end: number): void {
    if (this.#gaps.at(-1) === start) this.#gaps[this.#gaps.length - 1] = end;
    else this.#gaps.push(start, end);
  }

  /** JavaScript puts keys that are integers before others. */
  #orderOf({ keyStart, keyEnd }: TakenMember): number {
    const index = keyIndexOf(this.#bytes, keyStart, keyEnd);
    return index < 0 ? Infinity : index;
  }
}
