import type { AsyncBuffer, Compressors, FileMetaData, ParquetParsers } from 'hyparquet';
import { zstdDecompressSync, gunzipSync } from 'node:zlib';
import { sourceOf, type ParquetReader, type ParquetSource } from '../../consumer/ports/parquet.ts';
import { columnsOf } from './file-columns.ts';
import { statisticsOf } from './file-statistics.ts';
import { isRetryable, messageOf, PipelineError } from '../../runtime/errors.ts';

/** What our files and most others have; hyparquet itself unpacks snappy. */
const usual: Compressors = {
  ZSTD: (input) => zstdDecompressSync(input),
  GZIP: (input) => gunzipSync(input),
};
const unpackedHere = new Set<string>([...Object.keys(usual), 'SNAPPY', 'UNCOMPRESSED']);

/** hyparquet's own parser takes a leading byte order mark off a string. */
const parsers: Partial<ParquetParsers> = { stringFromBytes: (bytes) => bytes && utf8Text(bytes) };

/** Bounds of times are integers: a Date would cut what other engines write, and a bound that is cut is none. */
const boundParsers: Partial<ParquetParsers> = {
  ...parsers,
  timestampFromMilliseconds: (millis) => millis * 1000n,
  timestampFromMicroseconds: (micros) => micros,
  timestampFromNanoseconds: () => undefined,
};

/** Reads with hyparquet, which shares no code with any of the encoders of ours; loaded when something is to be read. */
export const hyparquetReader: ParquetReader = {
  rowCount: async (source) => explained(async () => Number((await metadataOf(source)).num_rows)),

  columns: async (source) =>
    explained(async () => {
      const { parquetSchema } = await import('hyparquet');
      return columnsOf(parquetSchema(await metadataOf(source)));
    }),

  statistics: async (source) => explained(async () => statisticsOf(await metadataOf(source))),

  footer: async (source) =>
    explained(async () => {
      const { parquetSchema } = await import('hyparquet');
      const metadata = await metadataOf(source);
      return { columns: columnsOf(parquetSchema(metadata)), statistics: statisticsOf(metadata) };
    }),

  integerChunks: async function* (source, columns) {
    for await (const group of rowGroupsOf(source)) yield await explained(() => readIntegers(group, columns));
  },

  optionalIntegerChunks: async function* (source, columns) {
    for await (const group of rowGroupsOf(source)) yield await explained(() => readOptionalIntegers(group, columns));
  },

  rows: async (bytes) =>
    explained(async () => {
      const { parquetReadObjects } = await import('hyparquet');
      const file = memoryBuffer(bytes);
      const metadata = await metadataOf(sourceOf(bytes));
      return parquetReadObjects({ file, metadata, compressors: await compressorsFor(metadata), parsers });
    }),
};

interface RowGroup {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly rowStart: number;
  readonly rowEnd: number;
}

async function readIntegers(group: RowGroup, columns: readonly string[]): Promise<bigint[][]> {
  const rows = await readRows(group, columns);
  return columns.map((column) => rows.map((row) => integerOf(row[column], column)));
}

async function readOptionalIntegers(group: RowGroup, columns: readonly string[]) {
  const { parquetSchema } = await import('hyparquet');
  const names = new Set(parquetSchema(group.metadata).children.map(({ element: { name } }) => name));
  const known = columns.filter((column) => names.has(column));
  const rows = known.length === 0 ? [] : await readRows(group, known);
  const none = Array.from<undefined>({ length: group.rowEnd - group.rowStart });
  const valueOf = (value: unknown, column: string) =>
    value === null || value === undefined ? undefined : integerOf(value, column);
  return columns.map((column) => (names.has(column) ? rows.map((row) => valueOf(row[column], column)) : none));
}

async function readRows(group: RowGroup, columns: readonly string[]): Promise<Record<string, unknown>[]> {
  const { parquetReadObjects } = await import('hyparquet');
  return parquetReadObjects({ ...group, columns: [...columns], compressors: await compressorsFor(group.metadata) });
}

/** Loads what unpacks the codecs of a file: other engines may write LZ4 and Brotli. */
async function compressorsFor({ row_groups: groups }: FileMetaData): Promise<Compressors> {
  const isUsual = groups.every(({ columns }) =>
    columns.every(({ meta_data: of }) => of === undefined || unpackedHere.has(of.codec)),
  );
  if (isUsual) return usual;
  const { compressors } = await import('hyparquet-compressors');
  return { ...compressors, ...usual };
}

async function* rowGroupsOf(source: ParquetSource): AsyncIterable<RowGroup> {
  const file = asyncBufferOf(source);
  const metadata = await explained(() => metadataOf(source));
  let rowStart = 0;
  for (const { num_rows: rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(rows);
    yield { file, metadata, rowStart, rowEnd };
    rowStart = rowEnd;
  }
}

async function metadataOf(source: ParquetSource): Promise<FileMetaData> {
  const { parquetMetadataAsync } = await import('hyparquet');
  return parquetMetadataAsync(asyncBufferOf(source), { parsers: boundParsers });
}

function utf8Text({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
}

function asyncBufferOf({ size, read }: ParquetSource): AsyncBuffer {
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      const bytes = await read(start < 0 ? Math.max(0, size + start) : start, end);
      return Uint8Array.from(bytes).buffer;
    },
  };
}

function memoryBuffer(bytes: Uint8Array): AsyncBuffer {
  return asyncBufferOf(sourceOf(bytes));
}

function integerOf(value: unknown, column: string): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return BigInt(value);
  throw new PipelineError('OBJECT_UNREADABLE', {
    message: `column ${column} holds ${String(value)}, expected an integer in every row`,
    retryable: false,
  });
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PipelineError || isRetryable(error)) throw error;
    throw new PipelineError('OBJECT_UNREADABLE', {
      message: `expected a Parquet file: ${messageOf(error)}`,
      retryable: false,
      cause: error,
    });
  }
}
