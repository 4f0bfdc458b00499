import { columnName, reservedSuffix } from '../schema/names.ts';
import { mergeTypes } from '../schema/merge.ts';
import { observe, type Observed, type ObserveRules } from '../schema/observe.ts';
import type { ColumnType } from '../schema/types.ts';
import { fitScalar, parseTimestamp, unfit } from '../schema/values.ts';
import { ColumnBuilder, type DecodedColumn } from './decoded-column.ts';
import { nameOfField, type FieldRules } from './field-rules.ts';
import type { Placement } from './ledger-entry.ts';
import { parseRecord, type RejectReason } from './parse-json.ts';
import type { ChunkSlice, RecordChunk } from './record-chunk.ts';

export interface DecodeRules extends ObserveRules {
  readonly fields: FieldRules;
  readonly recordBytesMax: number;
  /** Different columns of one batch; fields beyond are rescued. */
  readonly columnsMax: number;
  /** Names the table needs for itself. */
  readonly reserved: ReadonlySet<string>;
  /** The type a column of that name has, or will have by a hint. */
  readonly knownType: (name: string) => ColumnType | undefined;
}

export interface Reject {
  readonly chunk: RecordChunk;
  readonly index: number;
  readonly reason: RejectReason;
  readonly detail: string;
}

/** A batch as columns. Rows are numbered from 0 in the order of their offsets. */
export interface DecodedBatch {
  readonly partition: number;
  readonly rowCount: number;
  readonly columns: readonly DecodedColumn[];
  readonly offsets: BigInt64Array;
  /** Kafka timestamps, milliseconds since the epoch; -1 for none. */
  readonly timestamps: Float64Array;
  /** The time that decides the Hive partition. */
  readonly placementTimes: Float64Array;
  readonly eventTimeRange: { readonly minMs: number; readonly maxMs: number } | undefined;
  readonly rescued: ReadonlyMap<number, readonly (readonly [string, unknown])[]>;
  readonly rejects: readonly Reject[];
  readonly tombstones: number;
}

const msPerDay = 86_400_000;

/** Turns records into columns keyed by (field, type), so that no conflict can stop it. Never throws on a record's content. */
export function decodeBatch(slices: readonly ChunkSlice[], placement: Placement, rules: DecodeRules): DecodedBatch {
  const capacity = slices.reduce((sum, { first, end }) => sum + end - first, 0);
  const rows = new RowReader(rules, placement.eventTimeField);
  const offsets = new BigInt64Array(capacity);
  const timestamps = new Float64Array(capacity);
  const placementTimes = new Float64Array(capacity);
  const rejects: Reject[] = [];
  let tombstones = 0;
  let rowCount = 0;
  let minMs = Infinity;
  let maxMs = -Infinity;

  for (const { chunk, first, end } of slices) {
    for (let index = first; index < end; index++) {
      const start = chunk.valueStarts[index] ?? -1;
      const stop = chunk.valueEnds[index] ?? -1;
      if (start < 0) {
        tombstones++;
        continue;
      }
      if (stop - start > rules.recordBytesMax) {
        const detail = `${stop - start} bytes, at most ${rules.recordBytesMax} are taken`;
        rejects.push({ chunk, index, reason: 'too-large', detail });
        continue;
      }
      const parsed = parseRecord(chunk.bytes, start, stop);
      if (parsed.kind === 'reject') {
        rejects.push({ chunk, index, reason: parsed.reason, detail: parsed.detail });
        continue;
      }
      const eventMs = rows.read(rowCount, parsed.fields);
      if (eventMs < minMs) minMs = eventMs;
      if (eventMs > maxMs) maxMs = eventMs;
      const timestamp = chunk.timestamps[index] ?? -1;
      offsets[rowCount] = chunk.from + BigInt(chunk.offsetDeltas[index] ?? 0);
      timestamps[rowCount] = timestamp;
      placementTimes[rowCount] = placementTime(eventMs, timestamp, placement);
      rowCount++;
    }
  }
  return {
    partition: slices[0]?.chunk.partition ?? 0,
    rowCount,
    columns: rows.finish(),
    offsets: offsets.subarray(0, rowCount),
    timestamps: timestamps.subarray(0, rowCount),
    placementTimes: placementTimes.subarray(0, rowCount),
    eventTimeRange: minMs <= maxMs ? { minMs, maxMs } : undefined,
    rescued: rows.rescued,
    rejects,
    tombstones,
  };
}

/**
 * The event time when it lies within the window around the Kafka timestamp, else that timestamp: a clock that is wrong by years
 * can't scatter files over the lake. The row keeps its event time either way.
 */
export function placementTime(eventMs: number, timestampMs: number, { pastDaysMax, futureDaysMax }: Placement): number {
  if (timestampMs < 0) return Number.isNaN(eventMs) ? 0 : eventMs;
  const isNear = eventMs >= timestampMs - pastDaysMax * msPerDay && eventMs <= timestampMs + futureDaysMax * msPerDay;
  return isNear ? eventMs : timestampMs;
}

/** What the reader knows of a field: its column name, its known type, its columns by form and type. */
interface FieldState {
  readonly field: string;
  readonly name: string;
  readonly known: ColumnType | undefined;
  readonly builders: Map<string, ColumnBuilder>;
  /** Takes values that fit the known scalar type, which nearly all do. */
  straight: ColumnBuilder | undefined;
}

class RowReader {
  readonly #rules: DecodeRules;
  readonly #eventTimeField: string;
  readonly #fields = new Map<string, FieldState>();
  readonly #builders = new Map<string, ColumnBuilder>();
  readonly rescued = new Map<number, [string, unknown][]>();

  constructor(rules: DecodeRules, eventTimeField: string) {
    this.#rules = rules;
    this.#eventTimeField = eventTimeField;
  }

  /** Adds the record's values; answers with its event time in milliseconds, NaN when it has none. */
  read(row: number, record: object): number {
    let eventMs = Number.NaN;
    for (const [field, value] of Object.entries(record)) {
      if (value === null) continue;
      if (field === this.#eventTimeField) eventMs = eventTimeOf(value);
      const state = this.#stateOf(field);
      if (state !== undefined && !this.#add(row, state, value)) this.#rescue(row, field, value);
    }
    return eventMs;
  }

  finish(): DecodedColumn[] {
    return [...this.#builders.values()].map((builder) => builder.finish());
  }

  /** `undefined` for a field that is left out on purpose. */
  #stateOf(field: string): FieldState | undefined {
    const present = this.#fields.get(field);
    if (present !== undefined) return present;
    const chosen = nameOfField(field, this.#rules.fields);
    if (chosen === undefined) return undefined;
    const plain = columnName(chosen);
    const name = this.#rules.reserved.has(plain) ? plain + reservedSuffix : plain;
    const state: FieldState = {
      field,
      name,
      known: this.#rules.knownType(name),
      builders: new Map(),
      straight: undefined,
    };
    if (this.#fields.size < this.#rules.columnsMax * 2) this.#fields.set(field, state);
    return state;
  }

  #add(row: number, state: FieldState, value: unknown): boolean {
    const { known, straight } = state;
    if (known !== undefined && straight !== undefined) {
      const cell = fitScalar(value, known);
      if (cell !== unfit) return straight.push(row, cell);
    }
    return this.#addObserved(row, state, value);
  }

  #addObserved(row: number, state: FieldState, value: unknown): boolean {
    const observed = observe(value, state.known, this.#rules);
    if (observed === undefined) return true;
    const builder = this.#builderOf(state, observed);
    if (observed.form === 'plain' && observed.type === state.known && isScalar(state.known)) state.straight = builder;
    return builder?.push(row, cellOf(value, observed)) ?? false;
  }

  #builderOf(state: FieldState, observed: Observed): ColumnBuilder | undefined {
    const key = keyOf(observed);
    let builder = state.builders.get(key);
    if (builder === undefined) {
      const id = `${key} ${state.name}`;
      builder = this.#builders.get(id);
      if (builder === undefined) {
        if (this.#builders.size >= this.#rules.columnsMax) return undefined;
        builder = new ColumnBuilder(state.name, state.field, observed);
        this.#builders.set(id, builder);
      }
      state.builders.set(key, builder);
    }
    if (observed.form === 'plain' && builder.observed.form === 'plain' && builder.observed.type !== observed.type) {
      const merged = mergeTypes(builder.observed.type, observed.type);
      if (merged !== undefined) builder.widen(merged);
    }
    return builder;
  }

  #rescue(row: number, field: string, value: unknown): void {
    const parts = this.rescued.get(row);
    if (parts === undefined) this.rescued.set(row, [[field, value]]);
    else parts.push([field, value]);
  }
}

function isScalar({ kind }: ColumnType): boolean {
  return kind !== 'array' && kind !== 'struct';
}

/** Structs of all shapes share a column; arrays do when their elements do. */
function keyOf(observed: Observed): string {
  return observed.form === 'plain' ? typeKey(observed.type) : observed.form;
}

function typeKey(type: ColumnType): string {
  return type.kind === 'array' ? `array ${typeKey(type.element)}` : type.kind;
}

/** Scalars as the column keeps them, everything else as it came. */
function cellOf(value: unknown, observed: Observed): unknown {
  if (observed.form !== 'plain') return value;
  const cell = fitScalar(value, observed.type);
  return cell === unfit ? value : cell;
}

const secondsMax = 1e11;

/** ISO 8601 with zone, or a number: milliseconds since the epoch, seconds when it would mean a day before March 1973. */
function eventTimeOf(value: unknown): number {
  if (typeof value === 'string') return parseTimestamp(value) ?? Number.NaN;
  if (typeof value !== 'number' || value <= 0 || value > 8.64e15) return Number.NaN;
  return value < secondsMax ? value * 1000 : value;
}
