/**
 * Records of one sender look alike: the same keys in the same order, written the same way. A shape is the bytes between their values.
 */
export interface RecordShape {
  /** Index of the shape in its scanner. */
  readonly index: number;
  /** Equal for shapes of the same literals. */
  readonly id: string;
  /** Keys in the order of their values. */
  readonly keys: readonly string[];
  /** The bytes before each value, and behind the last one; one more than keys. */
  readonly literals: readonly Buffer[];
}

const quote = 0x22;
const backslash = 0x5c;

/**
 * Finds the shape of a record whose bytes `[start, end)` were parsed to `fields`. `undefined` when its keys are not its fields one by one,
 * in their order: a key that occurs twice, or keys that are integers, which JavaScript puts first.
 */
export function shapeOf(
  bytes: Buffer,
  { start, end, fields }: { readonly start: number; readonly end: number; readonly fields: object },
  index: number,
): RecordShape | undefined {
  const keys = Object.keys(fields);
  const literals: Buffer[] = [];
  let at = bytes.indexOf(0x7b, start) + 1;
  let literalStart = start;
  for (const key of keys) {
    const keyStart = bytes.indexOf(quote, at);
    const keyEnd = endOfString(bytes, keyStart);
    if (keyStart < 0 || keyEnd > end || JSON.parse(bytes.toString('utf8', keyStart, keyEnd)) !== key) return undefined;
    const valueStart = skipSpace(bytes, bytes.indexOf(0x3a, keyEnd) + 1);
    literals.push(bytes.subarray(literalStart, valueStart));
    at = endOfValue(bytes, valueStart, end);
    literalStart = at;
  }
  literals.push(bytes.subarray(literalStart, end));
  if (!/^\s*\}\s*$/.test(bytes.toString('latin1', at, end)) && keys.length > 0) return undefined;
  return {
    index,
    id: literals.map((literal) => literal.toString('base64')).join(' '),
    keys,
    literals,
  };
}

/** Finds the end of the value that begins at `at`, in bytes that are JSON. */
function endOfValue(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at];
  if (first === quote) return endOfString(bytes, at);
  if (first === 0x7b || first === 0x5b) return endOfNested(bytes, at, end);
  let stop = at;
  while (stop < end && isPlain(bytes[stop] ?? 0)) stop++;
  return stop;
}

/** Finds the end of the brackets that open at `at`, `end` at most. Knows brackets and strings, nothing more. */
function endOfNested(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0;
  for (let stop = at; stop < end; stop++) {
    const byte = bytes[stop] ?? 0;
    if (byte === quote) stop = endOfString(bytes, stop) - 1;
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return stop + 1;
  }
  return end;
}

/** Finds the end of the string whose opening quote is at `at`. */
function endOfString(bytes: Uint8Array, at: number): number {
  let stop = at + 1;
  while (stop < bytes.length && bytes[stop] !== quote) stop += bytes[stop] === backslash ? 2 : 1;
  return stop + 1;
}

function skipSpace(bytes: Uint8Array, at: number): number {
  let stop = at;
  while (isSpace(bytes[stop] ?? 0)) stop++;
  return stop;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Tells whether the byte can belong to a number, `true`, `false` or `null`. */
function isPlain(byte: number): boolean {
  return byte !== 0x2c && byte !== 0x7d && !isSpace(byte);
}
