import type { ColumnJoiner, ParquetSource } from '../../consumer/ports/parquet.ts';
import { magic, tailBytes, tailOf } from './file-frame.ts';
import { readThrift, writeThrift, type ThriftStruct, type ThriftValue } from './thrift-tree.ts';

/** Bytes that are copied at a time. */
const copyBytes = 1024 * 1024;

/** The format's ids of fields. Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
const file = { schema: 2, rows: 3, rowGroups: 4, keyValues: 5, orders: 7 } as const;
const element = { children: 5 } as const;
const group = { chunks: 1, bytes: 2, rows: 3, sorting: 4, offset: 5, packedBytes: 6, ordinal: 7 } as const;
const chunk = { offset: 2, column: 3, offsetIndex: 4, columnIndex: 6 } as const;
const column = { dataPage: 9, indexPage: 10, dictionaryPage: 11, bloomFilter: 14 } as const;

/** Makes one file of files that hold columns of the same rows: pages are copied as they are, and footers become one. */
export function joinColumns(append: (bytes: Uint8Array) => Promise<void>): ColumnJoiner {
  const rowGroups: ThriftStruct[] = [];
  let first: readonly ThriftStruct[] | undefined;
  let length = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    await append(bytes);
    length += bytes.length;
  };
  return {
    addRows: async (parts) => {
      if (length === 0) await write(magic);
      const footers: ThriftStruct[] = [];
      const moved: ThriftStruct[] = [];
      for (const part of parts) {
        const { footer, end } = await readFooter(part);
        moved.push(moveRowGroup(onlyRowGroup(footer), length - magic.length));
        for (let at = magic.length; at < end; at += copyBytes)
          await write(await part.read(at, Math.min(end, at + copyBytes)));
        footers.push(withoutRowGroups(footer));
      }
      first ??= footers;
      rowGroups.push(joinRowGroups(moved, rowGroups.length));
    },
    finish: async () => {
      if (first === undefined) throw new RangeError('a file without rows has no columns to join');
      const footer = writeThrift(joinFooters(first, rowGroups));
      await write(footer);
      await write(tailOf(footer));
    },
  };
}

async function readFooter(source: ParquetSource): Promise<{ readonly footer: ThriftStruct; readonly end: number }> {
  const tail = Buffer.from(await source.read(source.size - tailBytes, source.size));
  const end = source.size - tailBytes - tail.readUInt32LE(0);
  return { footer: readThrift(await source.read(end, source.size - tailBytes)), end };
}

function onlyRowGroup(footer: ThriftStruct): ThriftStruct {
  const [only, more] = structsOf(footer, file.rowGroups);
  if (only === undefined || more !== undefined) throw new RangeError('a file that is joined has one row group');
  return only;
}

/** The row group with all of its offsets moved. */
function moveRowGroup(rowGroup: ThriftStruct, by: number): ThriftStruct {
  const chunks = structsOf(rowGroup, group.chunks).map((each) => {
    const inner = each.fields.get(chunk.column);
    const moved = moveOffsets(each, [chunk.offset, chunk.offsetIndex, chunk.columnIndex], by);
    return inner?.kind === 'struct'
      ? withField(moved, chunk.column, moveOffsets(inner, Object.values(column), by))
      : moved;
  });
  return withField(moveOffsets(rowGroup, [group.offset], by), group.chunks, listOf(chunks));
}

/** Offsets that are 0 point nowhere. */
function moveOffsets(struct: ThriftStruct, ids: readonly number[], by: number): ThriftStruct {
  const fields = new Map(struct.fields);
  for (const id of ids) {
    const value = numberOf(struct, id);
    if (value > 0) fields.set(id, { kind: 'i64', value: value + by });
  }
  return { kind: 'struct', fields };
}

function joinRowGroups(parts: readonly ThriftStruct[], ordinal: number): ThriftStruct {
  const [first] = parts;
  if (first === undefined) throw new RangeError('no columns to join');
  if (parts.some((part) => numberOf(part, group.rows) !== numberOf(first, group.rows)))
    throw new RangeError('files that are joined have as many rows');
  const fields = new Map(first.fields);
  fields.set(group.chunks, listOf(parts.flatMap((part) => structsOf(part, group.chunks))));
  for (const id of [group.bytes, group.packedBytes])
    if (fields.has(id)) fields.set(id, { kind: 'i64', value: sum(parts.map((part) => numberOf(part, id))) });
  if (fields.has(group.ordinal)) fields.set(group.ordinal, { kind: 'i16', value: ordinal });
  fields.delete(group.sorting);
  return { kind: 'struct', fields };
}

function withoutRowGroups(footer: ThriftStruct): ThriftStruct {
  return withField(footer, file.rowGroups, listOf([]));
}

function joinFooters(parts: readonly ThriftStruct[], rowGroups: readonly ThriftStruct[]): ThriftStruct {
  const [first] = parts;
  const [root] = first === undefined ? [] : structsOf(first, file.schema);
  if (first === undefined || root === undefined) throw new RangeError('a file that is joined has a schema');
  const schemas = parts.map((part) => structsOf(part, file.schema));
  const children = sum(schemas.map(([own]) => (own === undefined ? 0 : numberOf(own, element.children))));
  const fields = new Map(first.fields);
  const newRoot = withField(root, element.children, { kind: 'i32', value: children });
  fields.set(file.schema, listOf([newRoot, ...schemas.flatMap((schema) => schema.slice(1))]));
  fields.set(file.rows, { kind: 'i64', value: sum(rowGroups.map((each) => numberOf(each, group.rows))) });
  fields.set(file.rowGroups, listOf(rowGroups));
  if (fields.has(file.orders)) fields.set(file.orders, listOf(parts.flatMap((part) => structsOf(part, file.orders))));
  fields.delete(file.keyValues);
  return { kind: 'struct', fields };
}

function structsOf({ fields }: ThriftStruct, id: number): ThriftStruct[] {
  const value = fields.get(id);
  return value?.kind === 'list' ? value.items.filter((item) => item.kind === 'struct') : [];
}

function numberOf({ fields }: ThriftStruct, id: number): number {
  const value = fields.get(id);
  return value !== undefined && 'value' in value && typeof value.value === 'number' ? value.value : 0;
}

/** The struct with another value of a field that it has. */
function withField({ fields }: ThriftStruct, id: number, value: ThriftValue): ThriftStruct {
  return { kind: 'struct', fields: new Map(fields).set(id, value) };
}

function listOf(items: readonly ThriftStruct[]): ThriftValue {
  return { kind: 'list', of: 'struct', items };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
