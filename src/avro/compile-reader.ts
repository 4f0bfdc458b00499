import { DamagedValue, type AvroInput } from './avro-input.ts';
import type { AvroField, AvroRecord, AvroType } from './avro-type.ts';
import type { JsonOutput } from './json-output.ts';
import { binaryReader, fixedReader, intReader, longReader, writeNumber, type ValueReader } from './scalar-readers.ts';

/** Thrown for records within records beyond what JSON may be nested. */
export class TooDeep extends Error {}

/** Most records around a value: JSON's limit on brackets is met later. */
const depthMax = 500;

const open = { array: 0x5b, object: 0x7b };
const close = { array: 0x5d, object: 0x7d };
const comma = 0x2c;
const colon = 0x3a;

/** Makes the reader of a writer's schema: functions within functions, no code from text, and no object for a record. */
export function compileReader(type: AvroType): ValueReader {
  return new ReaderCompiler().readerOf(type);
}

class ReaderCompiler {
  readonly #records = new Map<AvroRecord, ValueReader>();

  readerOf(type: AvroType): ValueReader {
    switch (type.kind) {
      case 'null':
        return (_, output) => output.ascii('null');
      case 'boolean':
        return (input, output) => output.ascii(input.boolean() ? 'true' : 'false');
      case 'int':
        return intReader(type);
      case 'long':
        return longReader(type);
      case 'float':
        return (input, output) => writeNumber(input.float(), output);
      case 'double':
        return (input, output) => writeNumber(input.double(), output);
      case 'string':
        return readString;
      case 'bytes':
        return binaryReader(type);
      case 'fixed':
        return fixedReader(type);
      case 'enum':
        return enumReader(type.symbols);
      case 'array':
        return arrayReader(this.readerOf(type.items));
      case 'map':
        return mapReader(this.readerOf(type.values));
      case 'union':
        return unionReader(type.branches.map((branch) => this.readerOf(branch)));
      case 'record':
        return this.#recordReader(type);
    }
  }

  #recordReader(record: AvroRecord): ValueReader {
    const present = this.#records.get(record);
    if (present !== undefined) return present;
    const fields: FieldReader[] = [];
    const reader: ValueReader = (input, output) => {
      if (++input.depth > depthMax) throw new TooDeep();
      output.byte(open.object);
      for (const readField of fields) readField(input, output);
      output.close(close.object);
      input.depth--;
    };
    this.#records.set(record, reader);
    for (const field of record.fields) fields.push(this.#fieldReader(field));
    return reader;
  }

  /** A member of a JSON object with the comma behind it; null is left out. */
  #fieldReader({ name, type }: AvroField): FieldReader {
    const key = Buffer.from(`${JSON.stringify(name)}:`);
    const writeMember = (read: ValueReader): FieldReader => {
      return (input, output) => {
        output.raw(key, 0, key.length);
        read(input, output);
        output.byte(comma);
      };
    };
    const nothing: FieldReader = () => {};
    if (type.kind === 'null') return nothing;
    if (type.kind !== 'union') return writeMember(this.readerOf(type));
    const branches = type.branches.map((branch) =>
      branch.kind === 'null' ? nothing : writeMember(this.readerOf(branch)),
    );
    return unionReader(branches);
  }
}

type FieldReader = ValueReader;

function readString(input: AvroInput, output: JsonOutput): void {
  const start = input.content();
  output.string(input.bytes, start, input.at);
}

function enumReader(symbols: readonly string[]): ValueReader {
  const texts = symbols.map((symbol) => Buffer.from(JSON.stringify(symbol)));
  return (input, output) => {
    const text = memberAt(texts, input.count(), 'symbol');
    output.raw(text, 0, text.length);
  };
}

function unionReader(branches: readonly ValueReader[]): ValueReader {
  return (input, output) => memberAt(branches, input.count(), 'branch of a union')(input, output);
}

function memberAt<Member>(members: readonly Member[], index: number, what: string): Member {
  const member = members[index];
  if (member === undefined) throw new DamagedValue(`there is no ${what} ${index}`);
  return member;
}

function arrayReader(readItem: ValueReader): ValueReader {
  return (input, output) => {
    output.byte(open.array);
    for (let count = input.blockCount(); count > 0; count = input.blockCount())
      for (let item = 0; item < count; item++) {
        readItem(input, output);
        output.byte(comma);
      }
    output.close(close.array);
  };
}

function mapReader(readItem: ValueReader): ValueReader {
  return (input, output) => {
    output.byte(open.object);
    for (let count = input.blockCount(); count > 0; count = input.blockCount())
      for (let item = 0; item < count; item++) {
        readString(input, output);
        output.byte(colon);
        readItem(input, output);
        output.byte(comma);
      }
    output.close(close.object);
  };
}
