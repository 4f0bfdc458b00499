import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAvroFile, writeAvroFile } from '../../../src/iceberg/avro/avro-file.ts';
import { AvroReader } from '../../../src/iceberg/avro/avro-reader.ts';
import { optional, type AvroType } from '../../../src/iceberg/avro/avro-schema.ts';
import { AvroWriter } from '../../../src/iceberg/avro/avro-writer.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';

function written(value: unknown, type: AvroType): Buffer {
  const writer = new AvroWriter();
  writer.value(value, type);
  return writer.finish();
}

function back(value: unknown, type: AvroType): unknown {
  return new AvroReader(written(value, type)).value(type);
}

function outcomeOf(file: Uint8Array): string {
  try {
    readAvroFile(file, 'm.avro');
    return 'read';
  } catch (error) {
    return error instanceof PipelineError ? error.code : String(error);
  }
}

const record: AvroType = {
  type: 'record',
  name: 'r',
  fields: [
    { name: 'id', type: 'long', 'field-id': 1 },
    { name: 'name', type: optional('string'), default: null, 'field-id': 2 },
    { name: 'bytes', type: { type: 'array', items: 'bytes' } },
    { name: 'counts', type: { type: 'map', values: 'double' } },
    { name: 'isGood', type: 'boolean' },
    { name: 'four', type: { type: 'fixed', name: 'f4', size: 4 } },
  ],
};

const records = fc.record({
  id: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  name: fc.option(fc.string({ unit: 'binary' }), { nil: null }),
  bytes: fc.array(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
  counts: fc.dictionary(fc.string(), fc.double({ noNaN: true }), { noNullPrototype: true }),
  isGood: fc.boolean(),
  four: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
});

describe('values of Avro', () => {
  it.each([
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [-64, '7f'],
    [64, '8001'],
    [2n ** 63n - 1n, 'feffffffffffffffff01'],
    [-(2n ** 63n), 'ffffffffffffffffff01'],
  ])('are written as the specification says: the long %s', (value, hex) => {
    expect(written(value, 'long').toString('hex')).toBe(hex);
  });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(records, (value) => {
        const id = Number.isSafeInteger(Number(value.id)) ? Number(value.id) : value.id;
        expect(back(value, record)).toEqual({ ...value, id });
      }),
    );
  });

  it('are read from blocks that say their size, and by the name of a type', () => {
    const list: AvroType = { type: 'array', items: ['null', { type: 'record', name: 'n', fields: [] }, 'n'] };
    const blocks = Buffer.from('050602040004000000', 'hex');
    expect(new AvroReader(blocks).value(list)).toEqual([{}, {}, null, null, null]);
  });

  it.each<[string, unknown, AvroType]>([
    ['text for an integer', 'x', 'long'],
    ['a fraction for an integer', 1.5, 'int'],
    ['text for bytes', 'x', 'bytes'],
    ['text for an array', 'x', { type: 'array', items: 'int' }],
    ['nothing for a record', null, record],
  ])('are refused: %s', (_, value, type) => {
    expect(() => written(value, type)).toThrow(TypeError);
  });
});

describe('an Avro file', () => {
  const many = fc.sample(records, { numRuns: 5, seed: 1 });
  const file = writeAvroFile({ schema: record, metadata: { content: 'data' }, records: many });

  it('gives back its records, its schema with the ids of fields, and its metadata', () => {
    const read = readAvroFile(file, 'm.avro');
    expect(read.records).toHaveLength(5);
    expect(read.metadata).toEqual({ content: 'data' });
    expect(JSON.stringify(read.schema)).toContain('"field-id":2');
  });

  it('is the same for the same records', () => {
    expect(writeAvroFile({ schema: record, metadata: { content: 'data' }, records: many })).toEqual(file);
  });

  it('may be without records', () => {
    expect(readAvroFile(writeAvroFile({ schema: record, metadata: {}, records: [] }), 'm.avro').records).toEqual([]);
  });

  it('is refused by its name wherever it ends too early', () => {
    // a header alone is a file without records
    const headerEnd = file.indexOf('deflate') + 'deflate'.length + 1 + 16;
    expect(readAvroFile(file.subarray(0, headerEnd), 'm.avro').records).toEqual([]);
    for (const end of Array.from({ length: file.length }, (_, index) => index).filter((at) => at !== headerEnd)) {
      expect(() => readAvroFile(file.subarray(0, end), 'm.avro')).toThrow(
        expect.objectContaining({ code: 'CATALOG_CORRUPT', message: expect.stringContaining('m.avro') }),
      );
    }
  });

  it('is refused with a codec that nobody here knows', () => {
    const other = Buffer.from(file.toString('latin1').replace('deflate', 'snappys'), 'latin1');
    expect(() => readAvroFile(other, 'm.avro')).toThrow(/codec is snappys/);
  });

  it('is read or refused, whatever byte is damaged', () => {
    for (let at = 0; at < file.length; at += 3) {
      const damaged = Buffer.from(file);
      damaged[at] = (damaged[at] ?? 0) ^ 0x40;
      expect(outcomeOf(damaged)).toMatch(/^(read|CATALOG_CORRUPT)$/);
    }
  });
});
