import type { ColumnType } from '../schema/types/column-type.ts';
import { AvroInput, DamagedValue } from './avro-input.ts';
import { fieldTypes } from './column-types.ts';
import { compileReader, TooDeep } from './compile-reader.ts';
import { ValueTooLarge, type JsonOutput } from './json-output.ts';
import { parseSchema } from './parse-schema.ts';
import type { ValueReader } from './scalar-readers.ts';

export type ReadFailure =
  { readonly kind: 'damaged'; readonly detail: string } | { readonly kind: 'too-large' | 'too-deep' };

/** Turns values that were written by one schema into JSON. */
export class AvroSchema {
  /** Types of the record's fields, by field. */
  readonly fieldTypes: ReadonlyMap<string, ColumnType>;
  readonly #read: ValueReader;
  readonly #input = new AvroInput();

  /** Throws `SchemaProblem`. `references`: schemas whose names it uses, each behind those that it needs itself. */
  constructor(text: string, references: readonly string[] = []) {
    const type = parseSchema(text, references);
    this.fieldTypes = fieldTypes(type);
    this.#read = compileReader(type);
  }

  /** Writes the value `[start, end)` behind what is in the output; leaves the output as it was where it can't be read. */
  write(bytes: Buffer, [start, end]: readonly [number, number], output: JsonOutput): ReadFailure | undefined {
    const input = this.#input;
    const before = output.begin();
    input.open(bytes, start, end);
    try {
      this.#read(input, output);
      if (input.at === end) return undefined;
      throw new DamagedValue(`${end - input.at} bytes are left over`);
    } catch (error) {
      output.at = before;
      return failureOf(error, input.at - start);
    }
  }
}

function failureOf(error: unknown, at: number): ReadFailure {
  if (error instanceof ValueTooLarge) return { kind: 'too-large' };
  if (error instanceof TooDeep) return { kind: 'too-deep' };
  if (error instanceof DamagedValue) return { kind: 'damaged', detail: `${error.message} at byte ${at}` };
  throw error;
}
