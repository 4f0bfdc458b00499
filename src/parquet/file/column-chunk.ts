import { ByteWriter } from '../byte-writer.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Turns } from '../../runtime/turns.ts';
import { encodingOf } from '../encodings/choose-encoding.ts';
import { createCompress } from '../encodings/compression.ts';
import type { Codec } from '../encoder-options.ts';
import { bitWidth, writeLevels, writeRun } from '../encodings/encodings.ts';
import type { FileWriter } from './file-writer.ts';
import type { LeafColumn } from '../leaves/leaf-column.ts';
import type { RowRange } from '../leaves/shred.ts';
import { encodings, type EncodingTools, type ValueEncoding } from '../encodings/value-encoding.ts';
import type { LeafType } from '../../schema/types/column-type.ts';

/** Facts for the footer about one leaf of one row group. */
export interface ChunkFacts {
  readonly path: readonly string[];
  readonly type: LeafType;
  readonly encodings: readonly number[];
  readonly entries: number;
  readonly nulls: number;
  readonly bounds: ValueEncoding['bounds'];
  readonly dataPageOffset: number;
  readonly dictionaryPageOffset: number | undefined;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
}

/** Tools for writing a chunk; the kernel's memory is used for the time of one chunk. */
export interface ChunkTools extends Omit<EncodingTools, 'compress'> {
  readonly codec: Codec;
  readonly turns: Turns;
}

const pageBytesMax = 1024 * 1024;

/** Buffers used again for each page: who has the kernel encodes alone. */
const page = new ByteWriter();
const packedLevels = new ByteWriter();

/** Writes a leaf: a dictionary where it pays, then data pages (version 1, which every reader knows). Lets the event loop turn between pages. */
export async function writeColumnChunk(file: FileWriter, leaf: LeafColumn, tools: ChunkTools): Promise<ChunkFacts> {
  return tools.kernel.withScratchOverTurns(() => writeChunk(file, leaf, tools));
}

async function writeChunk(
  file: FileWriter,
  leaf: LeafColumn,
  { codec, profile, kernel, turns }: ChunkTools,
): Promise<ChunkFacts> {
  const compress = createCompress(codec);
  const start = file.length;
  const before = file.unpackedBytes;
  const values = encodingOf(leaf.values, { kernel, profile, compress });
  const { dictionary } = values;
  if (dictionary !== undefined) {
    file.page(dictionary.bytes, compress, { kind: 'dictionary', values: dictionary.count, encoding: encodings.plain });
  }
  const dataPageOffset = file.length;
  const entriesMax = Math.max(1, Math.floor(pageBytesMax / Math.max(0.125, values.bytesPerValue)));
  let valueAt = 0;
  for (let entry = 0; entry < leaf.entries;) {
    const end = pageEnd(leaf, entry + entriesMax);
    const valueEnd = valueAt + countValues(leaf, { first: entry, end }, kernel);
    page.clear();
    appendRepetitions(page, leaf, { first: entry, end }, kernel);
    appendLevels(page, encodeLevels(leaf.definitions, { first: entry, end, max: leaf.definitionMax }, kernel));
    values.write(page, valueAt, valueEnd);
    file.page(page.finish(), compress, { kind: 'data', values: end - entry, encoding: values.encoding });
    valueAt = valueEnd;
    entry = end;
    if (turns.areDue) await turns.next();
  }
  return {
    path: leaf.path,
    type: leaf.type,
    encodings: [...(dictionary === undefined ? [] : [encodings.plain]), encodings.rle, values.encoding],
    entries: leaf.entries,
    nulls: leaf.entries - valueAt,
    bounds: valueAt === 0 ? undefined : values.bounds,
    dataPageOffset,
    dictionaryPageOffset: dictionary === undefined ? undefined : start,
    packedBytes: file.length - start,
    unpackedBytes: file.unpackedBytes - before,
  };
}

/** Finds the first entry from `wanted` on that begins a row. */
function pageEnd({ entries, repetitions }: LeafColumn, wanted: number): number {
  if (repetitions === undefined || wanted >= entries) return Math.min(wanted, entries);
  const next = repetitions.indexOf(0, wanted);
  return next < 0 ? entries : next;
}

function countValues({ definitions, definitionMax }: LeafColumn, { first, end }: RowRange, kernel: Kernel): number {
  if (definitions === undefined) return end - first;
  return kernel.withScratch(() =>
    kernel.calls.countLevel(kernel.copyIn(definitions.subarray(first, end)), end - first, definitionMax),
  );
}

function appendRepetitions(
  out: ByteWriter,
  { repetitions, repetitionMax: max, repetitionPages }: LeafColumn,
  { first, end }: RowRange,
  kernel: Kernel,
): void {
  if (repetitions === undefined) return;
  const key = `${first}-${end}`;
  const present = repetitionPages?.get(key);
  const encoded = present ?? encodeLevels(repetitions, { first, end, max }, kernel);
  if (present === undefined) repetitionPages?.set(key, Uint8Array.from(encoded));
  appendLevels(out, encoded);
}

/** Encodes levels, valid until others are; levels that are left out are all the highest. */
function encodeLevels(
  levels: Uint8Array | undefined,
  { first, end, max }: { readonly first: number; readonly end: number; readonly max: number },
  kernel: Kernel,
): Uint8Array {
  packedLevels.clear();
  const width = bitWidth(max);
  if (levels === undefined) writeRun(packedLevels, { value: max, count: end - first, width });
  else writeLevels(packedLevels, kernel, levels.subarray(first, end), width);
  return packedLevels.finish();
}

/** Writes encoded levels behind their length. */
function appendLevels(out: ByteWriter, encoded: Uint8Array): void {
  out.int32(encoded.length);
  out.bytes(encoded);
}
