import type { AvroSchema } from '../../avro/avro-schema.ts';
import { JsonOutput } from '../../avro/json-output.ts';
import { Turns } from '../../runtime/turns.ts';
import type { ChunkSlice, RecordChunk } from '../ports/record-chunk.ts';
import { schemaKeyInHeader } from './schema-header.ts';
import { unpackValue, type UnwrappedSlices } from './unwrap-values.ts';
import type { ValueFailure } from './value-failure.ts';
import { frameOf, schemaKeyOf } from './value-frame.ts';

/** What values behind a frame are: Avro, JSON as it is, or something that can't be read. */
export type ValueSchema =
  { readonly format: 'avro'; readonly schema: AvroSchema } | { readonly format: 'json' | 'other' };

export interface AvroRules {
  /** Gives the schema of a key; `undefined` for one that nobody knows. */
  readonly schemaOf: (key: string) => ValueSchema | undefined;
  readonly recordBytesMax: number;
}

export interface ReadSlices extends UnwrappedSlices {
  /** Bytes of the values before and after. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Turns values of Avro into JSON by the schemas that their frames name, or a header of their records. What has no frame, or can't be read, stays as it is. */
export async function readAvroValues(slices: readonly ChunkSlice[], rules: AvroRules): Promise<ReadSlices> {
  const read = new Map<RecordChunk, ChunkReader>();
  const turns = new Turns();
  const found: ChunkSlice[] = [];
  let [bytesIn, bytesOut] = [0, 0];
  for (const slice of slices) {
    const reader = new ChunkReader(slice, rules);
    const chunk = reader.read();
    bytesIn += bytesOf(slice);
    bytesOut += chunk.bytes.length;
    read.set(chunk, reader);
    found.push({ ...slice, chunk });
    if (turns.areDueAfter(chunk.bytes.length)) await turns.next();
  }
  return {
    slices: found,
    originOf: (chunk) => read.get(chunk)?.origin ?? chunk,
    failureOf: (chunk, index) => read.get(chunk)?.failures.get(index),
    bytesIn,
    bytesOut,
  };
}

/** JSON has the names of fields in each record. */
const growthExpected = 3;

/** Bytes of the slice's values. */
function bytesOf({ chunk: { valueStarts, valueEnds }, first, end }: ChunkSlice): number {
  let bytes = 0;
  for (let index = first; index < end; index++) bytes += (valueEnds[index] ?? 0) - (valueStarts[index] ?? 0);
  return bytes;
}

class ChunkReader {
  readonly origin: RecordChunk;
  readonly failures = new Map<number, ValueFailure>();
  readonly #slice: ChunkSlice;
  readonly #rules: AvroRules;
  readonly #output: JsonOutput;

  constructor(slice: ChunkSlice, rules: AvroRules) {
    this.origin = slice.chunk;
    this.#slice = slice;
    this.#rules = rules;
    this.#output = new JsonOutput(bytesOf(slice) * growthExpected, rules.recordBytesMax);
  }

  /** Makes a chunk whose values are JSON, one after the other. */
  read(): RecordChunk {
    const { chunk, first, end } = this.#slice;
    const valueStarts = new Int32Array(chunk.count).fill(-1);
    const valueEnds = new Int32Array(chunk.count).fill(-1);
    const output = this.#output;
    for (let index = first; index < end; index++) {
      const start = chunk.valueStarts[index] ?? -1;
      if (start < 0) continue;
      valueStarts[index] = output.at;
      this.#readValue(index, chunk.bytes, start, chunk.valueEnds[index] ?? start);
      valueEnds[index] = output.at;
    }
    return { ...chunk, bytes: output.bytes.subarray(0, output.at), valueStarts, valueEnds };
  }

  #readValue(index: number, bytes: Buffer, start: number, end: number): void {
    const failure = this.#write(index, bytes, start, end);
    if (failure !== undefined) this.failures.set(index, failure);
    if (failure !== undefined) this.#output.copy(bytes, start, end);
  }

  #write(index: number, bytes: Buffer, start: number, end: number): ValueFailure | undefined {
    const { recordBytesMax } = this.#rules;
    if (end - start > recordBytesMax) return this.#copy(bytes, start, end);
    const headerKey = schemaKeyInHeader(this.#slice.chunk, index);
    if (headerKey !== undefined) return this.#writeBy(headerKey, bytes, [start, end]);
    const frame = frameOf(bytes, start, end);
    if (frame === undefined) return this.#copy(bytes, start, end);
    let [content, from, to] = [bytes, start + frame.length, end];
    if (frame.isCompressed) {
      const unpacked = unpackValue(bytes.subarray(from, end), frame.kind, recordBytesMax);
      if (!Buffer.isBuffer(unpacked)) return unpacked;
      [content, from, to] = [unpacked, 0, unpacked.length];
    }
    const key = schemaKeyOf(bytes, start, frame);
    return key === undefined ? this.#copy(content, from, to) : this.#writeBy(key, content, [from, to]);
  }

  #writeBy(key: string, bytes: Buffer, range: readonly [number, number]): ValueFailure | undefined {
    const known = this.#rules.schemaOf(key);
    switch (known?.format) {
      case 'avro':
        return this.#writeAvro(known.schema, key, bytes, range);
      case 'json':
        return this.#copy(bytes, ...range);
      case 'other':
        return { reason: 'unknown-schema', detail: `the schema ${key} is neither Avro nor JSON` };
      case undefined:
        return {
          reason: 'unknown-schema',
          detail: `the registry has no schema ${key} that can be read${longIdOf(key, bytes, range)}`,
        };
    }
  }

  #copy(bytes: Buffer, start: number, end: number): undefined {
    this.#output.copy(bytes, start, end);
  }

  #writeAvro(
    schema: AvroSchema,
    key: string,
    bytes: Buffer,
    range: readonly [number, number],
  ): ValueFailure | undefined {
    const failure = schema.write(bytes, range, this.#output);
    switch (failure?.kind) {
      case undefined:
        return undefined;
      case 'damaged':
        return { reason: 'invalid-avro', detail: `not written by the schema ${key}: ${failure.detail}` };
      case 'too-deep':
        return { reason: 'too-deep', detail: `records of the schema ${key} are nested too deep` };
      case 'too-large':
        return { reason: 'too-large', detail: `more than ${this.#rules.recordBytesMax} bytes as JSON` };
    }
  }
}

/** What a frame of the id 0, which registries give to no schema, is likely to be. `range`: of what stands behind it. */
function longIdOf(key: string, bytes: Buffer, [from, to]: readonly [number, number]): string {
  if (key !== 'confluent/0' || to - from < 4) return '';
  return `: these are the eight bytes of the id ${bytes.readInt32BE(from)} that Apicurio’s serializers of version 2 write; have the publisher set apicurio.registry.as-confluent=true and apicurio.registry.use-id=contentId, or take version 3, which writes four`;
}
