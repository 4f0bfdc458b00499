/**
 * Reads JSON where `JSON.parse` can't: V8 takes one escaped key for another that an object of the process had before
 * (https://github.com/nodejs/node/issues/63785).
 */

/** Tells whether a key of the text has an escape. The text must be JSON. */
export function hasEscapedKey(text: string): boolean {
  let escape = text.indexOf('\\');
  for (let quote = 0; escape >= 0;) {
    // the string around the escape: the last one that begins before it
    let start = text.indexOf('"', quote);
    let end = endOfString(text, start);
    while (end <= escape) {
      start = text.indexOf('"', end);
      end = endOfString(text, start);
    }
    if (text.charCodeAt(skipSpace(text, end)) === colon) return true;
    quote = end;
    escape = text.indexOf('\\', end);
  }
  return false;
}

/** Reads a text that is JSON to what `JSON.parse` should give; `numberOf` gives the value of a number's digits. */
export function readJson(text: string, numberOf: (digits: string) => unknown): unknown {
  return new JsonReader(text, numberOf).read();
}

const colon = 0x3a;
const backslash = 0x5c;

class JsonReader {
  readonly #text: string;
  readonly #numberOf: (digits: string) => unknown;
  #at = 0;

  constructor(text: string, numberOf: (digits: string) => unknown) {
    this.#text = text;
    this.#numberOf = numberOf;
  }

  read(): unknown {
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case '{':
        return Object.fromEntries(this.#members('}', () => this.#entry()));
      case '[':
        return this.#members(']', () => this.read());
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #members<Member>(close: string, readOne: () => Member): Member[] {
    const members: Member[] = [];
    this.#at++;
    this.#skipSpace();
    while (this.#text[this.#at] !== close) {
      members.push(readOne());
      this.#skipSpace();
      if (this.#text[this.#at] === ',') this.#at++;
      this.#skipSpace();
    }
    this.#at++;
    return members;
  }

  #entry(): [string, unknown] {
    const key = this.#string();
    this.#skipSpace();
    this.#at++;
    return [key, this.read()];
  }

  #string(): string {
    const end = endOfString(this.#text, this.#at);
    const value: unknown = JSON.parse(this.#text.slice(this.#at, end));
    this.#at = end;
    return String(value);
  }

  #number(): unknown {
    const start = this.#at;
    while (this.#at < this.#text.length && isOfNumber(this.#text.charCodeAt(this.#at))) this.#at++;
    if (this.#at === start) throw new SyntaxError(`expected JSON at position ${start}`);
    return this.#numberOf(this.#text.slice(start, this.#at));
  }

  #word<Value>(word: string, value: Value): Value {
    this.#at += word.length;
    return value;
  }

  #skipSpace(): void {
    this.#at = skipSpace(this.#text, this.#at);
  }
}

/** Finds the end of the string whose opening quote is at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (let code = text.charCodeAt(at); code !== 0x22 && at < text.length; code = text.charCodeAt(at))
    at += code === backslash ? 2 : 1;
  return at + 1;
}

function skipSpace(text: string, at: number): number {
  let stop = at;
  while (isSpace(text.charCodeAt(stop))) stop++;
  return stop;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Tells whether the character belongs to a number: a digit, a sign, a point, an exponent. */
function isOfNumber(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2b || code === 0x2e || (code | 0x20) === 0x65;
}
