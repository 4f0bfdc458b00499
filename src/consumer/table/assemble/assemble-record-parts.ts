import type { DecodedBatch } from '../../columns/decode-batch.ts';
import type { TableColumn } from '../../ports/columnar-table.ts';
import type { ChunkSlice, RecordChunk } from '../../ports/record-chunk.ts';
import { recordPartColumns, type RecordPart } from '../../ports/record-columns.ts';
import { base64Of, stringColumn, utf8Of } from './string-column.ts';

export interface RecordPartRules {
  readonly parts: readonly RecordPart[];
  /** Headers that are kept; all when left out. */
  readonly headerNames: readonly string[] | undefined;
}

type ReadCell = (chunk: RecordChunk, index: number) => string | undefined;

/** Columns of the rows' keys, headers and topic; one without any value is left out. */
export function assembleRecordParts(
  batch: DecodedBatch,
  rows: Int32Array,
  { parts, headerNames }: RecordPartRules,
): TableColumn[] {
  if (parts.length === 0) return [];
  const records = [...recordsOf(batch, rows)];
  const cells: Readonly<Record<string, ReadCell>> = {
    kafka_topic: ({ topic }) => topic,
    kafka_key: (chunk, index) => utf8Of(chunk.keyOf(index)),
    kafka_key_base64: (chunk, index) => base64Of(chunk.keyOf(index)),
    kafka_headers: (chunk, index) => chosenHeaders(chunk.headersOf(index), headerNames),
  };
  return recordPartColumns(parts).flatMap(({ name, type }) => {
    const read = cells[name];
    const values = read === undefined ? [] : records.map(({ chunk, index }) => read(chunk, index));
    return values.some((value) => value !== undefined) ? [{ name, type, ...stringColumn(values) }] : [];
  });
}

/** The records of the rows, which ascend: both follow their offsets. */
function* recordsOf(
  { slices = [], from, offsetDeltas }: DecodedBatch,
  rows: Int32Array,
): Generator<{ readonly chunk: RecordChunk; readonly index: number }> {
  const records = slices.values().flatMap((slice) => indexesOf(slice, from));
  let at = records.next();
  for (const row of rows) {
    const delta = offsetDeltas[row] ?? -1;
    while (at.done !== true && at.value.delta < delta) at = records.next();
    if (at.done === true) throw new RangeError(`row ${row} is of no record of the batch`);
    yield at.value;
  }
}

function* indexesOf({ chunk, first, end }: ChunkSlice, from: bigint) {
  const shift = Number(chunk.from - from);
  for (let index = first; index < end; index++) yield { chunk, index, delta: shift + (chunk.offsetDeltas[index] ?? 0) };
}

function chosenHeaders(json: string | undefined, names: readonly string[] | undefined): string | undefined {
  if (json === undefined || names === undefined) return json;
  // made of the record's headers by us: an object by their names
  const headers: object = JSON.parse(json);
  const chosen = Object.entries(headers).filter(([name]) => names.includes(name));
  return chosen.length === 0 ? undefined : JSON.stringify(Object.fromEntries(chosen));
}
