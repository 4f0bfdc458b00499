import type { Address } from '../../../kernel/kernel-calls.ts';
import { windowBytes, windowBytesMax, windowRecords, type Kernel } from '../../../kernel/kernel.ts';
import type { RecordChunk } from '../../ports/record-chunk.ts';
import type { ParseReason } from './reading-tally.ts';
import type { ExtraMembers } from './extra-members.ts';
import type { ScannedFields } from './scanned-fields.ts';

/** So many records are worth a larger window. */
const recordsWanted = 128;

/** Chooses how much to load at once, of so many records with so many bytes. */
function bytesFor(bytes: number, records: number): number {
  return Math.min(windowBytesMax, Math.max(windowBytes, Math.ceil((bytes / records) * recordsWanted)));
}

/**
 * Reads records directly from their bytes into the kernel's fields, to the same values as `JSON.parse`. It declines anything unusual; such
 * records are parsed.
 */
export class RecordScanner {
  readonly #kernel: Kernel;
  readonly #fields: ScannedFields;
  readonly #extra: ExtraMembers;
  readonly #recordBytesMax: number;
  #bytes: Buffer = Buffer.alloc(0);
  /** Index in the chunk of the first record in the kernel's window. */
  #firstRecord = 0;
  #shift = 0;
  #declined: ParseReason = 'odd';

  /** Reads records of at most `recordBytesMax`. */
  constructor(
    kernel: Kernel,
    { fields, extra }: { readonly fields: ScannedFields; readonly extra: ExtraMembers },
    recordBytesMax: number,
  ) {
    this.#kernel = kernel;
    this.#fields = fields;
    this.#extra = extra;
    this.#recordBytesMax = recordBytesMax;
  }

  /** Why the record behind those that were scanned last was declined. */
  get declined(): ParseReason {
    return this.#declined;
  }

  /** Bytes of the chunk loaded last. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** The address of a byte in the window less its offset in the chunk. */
  get shift(): number {
    return this.#shift;
  }

  /**
   * Loads as many of the records `[first, end)` as fit, up to one without a value, or too large, and answers with their number. Those loaded
   * before are gone.
   */
  load({ bytes, valueStarts, valueEnds }: RecordChunk, first: number, end: number): number {
    const base = valueStarts[first] ?? -1;
    if (base < 0) return 0;
    const { calls, window, starts, ends, int32 } = this.#kernel;
    const last = Math.min(end, first + windowRecords);
    int32.set(valueStarts.subarray(first, last), starts / Int32Array.BYTES_PER_ELEMENT);
    int32.set(valueEnds.subarray(first, last), ends / Int32Array.BYTES_PER_ELEMENT);
    const bytesMax = bytesFor((valueEnds[last - 1] ?? base) - base, last - first);
    const count = calls.rebase(starts, ends, last - first, base, window, bytesMax, this.#recordBytesMax);
    if (count === 0) return 0;
    this.#bytes = bytes;
    this.#firstRecord = first;
    this.#shift = window - base;
    this.#extra.load({ bytes, starts: valueStarts, ends: valueEnds, shift: this.#shift });
    this.#kernel.fill(bytes.subarray(base, valueEnds[first + count - 1]));
    return count;
  }

  /** Scans `count` loaded records from `first` on as the rows from `firstRow` on; answers with how many came before one that must be parsed. */
  scan(first: number, count: number, firstRow: number): number {
    this.#extra.prepare(first, first + count);
    const done = this.#scan(first, count, firstRow);
    this.#extra.addRows(first, first + done, firstRow);
    return done;
  }

  #scan(first: number, count: number, firstRow: number): number {
    const { kernelFields } = this.#fields;
    for (let done = 0; ;) {
      done += kernelFields.scan(firstRow + done, this.#positionsOf(first + done, count - done));
      if (done === count) return count;
      const spelling = kernelFields.unknownKey();
      if (spelling !== undefined && this.#fields.learn(spelling)) continue;
      if (spelling !== undefined && this.#extra.takeOut(first + done, first + count)) {
        kernelFields.dropRecord(firstRow + done);
        continue;
      }
      this.#declined = spelling !== undefined ? 'fields' : kernelFields.hasDuplicateKey ? 'duplicate-key' : 'odd';
      kernelFields.dropRecord(firstRow + done);
      return done;
    }
  }

  #positionsOf(first: number, count: number): { starts: Address; ends: Address; count: number } {
    const { starts, ends } = this.#kernel;
    const offset = (first - this.#firstRecord) * Int32Array.BYTES_PER_ELEMENT;
    return { starts: starts + offset, ends: ends + offset, count };
  }
}
