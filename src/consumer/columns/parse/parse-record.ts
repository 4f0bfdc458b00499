import { isUtf8 } from 'node:buffer';
import { messageOf } from '../../../runtime/errors.ts';
import { parseJson } from '../../../schema/json/exact-json.ts';

/** Reasons why a record can't become a row, as dead letters and metrics name them. */
export const rejectReasons = [
  'empty',
  'invalid-utf8',
  'invalid-json',
  'not-an-object',
  'too-large',
  'too-deep',
  'unknown-schema',
  'invalid-avro',
  'invalid-compression',
] as const;

export type RejectReason = (typeof rejectReasons)[number];

export type ParsedRecord =
  | { readonly kind: 'object'; readonly fields: object }
  | { readonly kind: 'reject'; readonly reason: RejectReason; readonly detail: string };

/** Most nested brackets: deeper JSON can be parsed, but not written again without overflowing the stack. */
const nestingMax = 500;
const byteOrderMark = '\uFEFF';

/**
 * Parses one JSON object from its bytes. Numbers that a double can't hold come as `ExactNumber`. A leading byte order mark is
 * skipped. Of a key that occurs twice the last value counts, as in `JSON.parse`.
 */
export function parseRecord(bytes: Buffer, start: number, end: number): ParsedRecord {
  if (start === end) return reject('empty', 'a value of 0 bytes');
  const text = bytes.toString('utf8', start, end);
  if (text.includes('\uFFFD') && !isUtf8(bytes.subarray(start, end))) {
    return reject('invalid-utf8', 'the bytes are not valid UTF-8');
  }
  return parseText(text.startsWith(byteOrderMark) ? text.slice(1) : text);
}

function parseText(text: string): ParsedRecord {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    return error instanceof RangeError ? tooDeep() : reject('invalid-json', describeError(error, text));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return reject('not-an-object', `expected a JSON object, got ${describe(value)}`);
  }
  if (text.length > nestingMax && nestingOf(text) > nestingMax) return tooDeep();
  return { kind: 'object', fields: value };
}

/** Adds the position to V8's message, which leaves it out when the text ends too early. */
function describeError(error: unknown, text: string): string {
  const message = messageOf(error).slice(0, 200);
  return /position \d+/.test(message) ? message : `${message} at position ${text.length}`;
}

/** Counts the depth of brackets outside strings. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

function tooDeep(): ParsedRecord {
  return reject('too-deep', `brackets are nested deeper than ${nestingMax}`);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

function reject(reason: RejectReason, detail: string): ParsedRecord {
  return { kind: 'reject', reason, detail };
}
