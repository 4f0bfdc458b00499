import { PipelineError, unreachable } from '../../runtime/errors.ts';
import { quote } from '../../runtime/redact.ts';
import type { Column, ColumnType, Field, ScalarKind } from './column-type.ts';

const scalars: Readonly<Record<string, ScalarKind>> = {
  boolean: 'boolean',
  double: 'double',
  bigint: 'bigint',
  string: 'string',
  timestamp: 'timestamp',
  date: 'date',
  float: 'float',
  int: 'int',
  integer: 'int',
  smallint: 'smallint',
  tinyint: 'tinyint',
  binary: 'binary',
};

/** Formats the type as Hive, Glue and Athena write it: `array<struct<a:double>>`. */
export function formatType(type: ColumnType): string {
  switch (type.kind) {
    case 'array':
      return `array<${formatType(type.element)}>`;
    case 'map':
      return `map<string,${formatType(type.value)}>`;
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.name}:${formatType(field.type)}`).join(',')}>`;
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'boolean':
    case 'double':
    case 'bigint':
    case 'string':
    case 'timestamp':
    case 'date':
    case 'float':
    case 'int':
    case 'smallint':
    case 'tinyint':
    case 'binary':
      return type.kind;
    default:
      return unreachable(type);
  }
}

/** Reads one Hive type. `varchar` and `char` count as `string`. Throws SCHEMA_INVALID. */
export function parseType(text: string): ColumnType {
  const scanner = new Scanner(text);
  const type = readType(scanner);
  scanner.expectEnd();
  return type;
}

/** Reads `name type, name type`, as in a CREATE TABLE. Throws SCHEMA_INVALID. */
export function parseColumns(text: string): Column[] {
  if (text.trim() === '') return [];
  const scanner = new Scanner(text);
  const columns: Column[] = [];
  do {
    const name = scanner.name().toLowerCase();
    columns.push({ name, type: readType(scanner) });
  } while (scanner.take(','));
  scanner.expectEnd();
  const doubled = columns.find((column, index) => columns.findIndex(({ name }) => name === column.name) !== index);
  if (doubled !== undefined) throw invalid(text, `${doubled.name} is there twice`);
  return columns;
}

function readType(scanner: Scanner): ColumnType {
  const word = scanner.word().toLowerCase();
  switch (word) {
    case 'array': {
      scanner.expect('<');
      const element = readType(scanner);
      scanner.expect('>');
      return { kind: 'array', element };
    }
    case 'map': {
      scanner.expect('<');
      const key = readType(scanner);
      if (key.kind !== 'string') throw scanner.failure(`a map with keys of type string, not ${formatType(key)}`);
      scanner.expect(',');
      const value = readType(scanner);
      scanner.expect('>');
      return { kind: 'map', value };
    }
    case 'struct': {
      scanner.expect('<');
      const fields: Field[] = [];
      do {
        const name = scanner.name();
        scanner.expect(':');
        fields.push({ name, type: readType(scanner) });
      } while (scanner.take(','));
      scanner.expect('>');
      return { kind: 'struct', fields };
    }
    case 'decimal': {
      const [precision = 10, scale = 0] = scanner.take('(') ? readNumbers(scanner) : [];
      // Hive, Glue and Athena know no larger ones
      if (precision < 1 || precision > 38 || scale > precision)
        throw scanner.failure(`a decimal of 1 to 38 digits, not decimal(${precision},${scale})`);
      return { kind: 'decimal', precision, scale };
    }
    case 'varchar':
    case 'char':
      if (scanner.take('(')) readNumbers(scanner);
      return { kind: 'string' };
    default: {
      const kind = Object.hasOwn(scalars, word) ? scalars[word] : undefined;
      if (kind === undefined) throw scanner.failure(`a Hive type, not ${quote(word)}`);
      return { kind };
    }
  }
}

function readNumbers(scanner: Scanner): number[] {
  const numbers: number[] = [];
  do numbers.push(Number(scanner.word()));
  while (scanner.take(','));
  scanner.expect(')');
  return numbers;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  word(): string {
    return this.#match(/\s*(\w+)/y, 'a word');
  }

  /** Reads a column or field name, also in backticks. */
  name(): string {
    this.#skipBlanks();
    if (this.#text[this.#at] !== '`') return this.#match(/\s*([^\s,:<>()`]+)/y, 'a name');
    return this.#match(/`([^`]+)`/y, 'a name in backticks');
  }

  take(symbol: string): boolean {
    this.#skipBlanks();
    if (!this.#text.startsWith(symbol, this.#at)) return false;
    this.#at += symbol.length;
    return true;
  }

  expect(symbol: string): void {
    if (!this.take(symbol)) throw this.failure(`"${symbol}"`);
  }

  expectEnd(): void {
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw this.failure('the end');
  }

  failure(expected: string): PipelineError {
    return invalid(this.#text, `expected ${expected} at position ${this.#at + 1}`);
  }

  #match(pattern: RegExp, expected: string): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) throw this.failure(expected);
    this.#at = pattern.lastIndex;
    return found[1] ?? '';
  }

  #skipBlanks(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }
}

function invalid(text: string, what: string): PipelineError {
  return new PipelineError('SCHEMA_INVALID', {
    message: `${quote(text)} is no Hive type or column list: ${what}`,
    retryable: false,
    hint: 'for example: seq bigint, tags array<string>, place struct<lat:double,lon:double>, attrs map<string,string>',
  });
}
