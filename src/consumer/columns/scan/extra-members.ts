import type { KernelExtras } from '../../../kernel/kernel-extras.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { parseJson, writeJson } from '../../../schema/json/exact-json.ts';
import { keyIndexOf } from '../../../schema/json/written-json.ts';
import { behindAll, compareOrder, rankOf, type EntryOrder } from './entry-order.ts';
import type { RescuedValues } from '../rescue/rescued-values.ts';
import type { ScannedFields } from './scanned-fields.ts';
import { takeMembers, type TakenMember } from '../members/take-members.ts';

/** After so many records without any, records are no longer looked through before they are scanned. */
const idleMax = 4096;
const space = 0x20;

/** Records as they stand in a chunk; in the kernel's window positions are `shift` more. */
export interface LoadedRecords {
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly shift: number;
}

/** What was taken out of a record. */
interface ExtraOfRecord {
  readonly record: number;
  readonly members: readonly TakenMember[];
}

/** What of a row is not rescued yet. */
interface ExtraOfRow {
  readonly row: number;
  readonly members: readonly TakenMember[];
}

/**
 * Members of scanned records whose fields have no column and can get none: there may be any number of such fields. The kernel writes those whose
 * keys it knows. Where there are too many keys, all such members are taken out of its window, where space takes their place, and rescued as they
 * stand in the record.
 */
export class ExtraMembers {
  readonly #kernel: Kernel;
  readonly #fields: ScannedFields;
  readonly #rescued: RescuedValues;
  #records: LoadedRecords = { bytes: Buffer.alloc(0), starts: new Int32Array(0), ends: new Int32Array(0), shift: 0 };
  /** The record behind those of the window that have been looked through. */
  #lookedTo = 0;
  /** Those of records that are not scanned yet, in their order. */
  #ofRecords: ExtraOfRecord[] = [];
  #ofRows: ExtraOfRow[] = [];
  /** Those of the kernel that have been rescued one by one. */
  #rescuedOfKernel = 0;
  /** Records since the last one that had some. */
  #idle = idleMax;

  constructor(kernel: Kernel, fields: ScannedFields, rescued: RescuedValues) {
    this.#kernel = kernel;
    this.#fields = fields;
    this.#rescued = rescued;
  }

  /** Begins with the records of another window. */
  load(records: LoadedRecords): void {
    this.#records = records;
    this.#lookedTo = 0;
    this.#ofRecords = [];
  }

  /** Takes the members out of records `[first, end)`, which are about to be scanned, if there were some lately. */
  prepare(first: number, end: number): void {
    for (let record = Math.max(first, this.#lookedTo); record < end && this.#idle < idleMax; record++)
      this.#takeOut(record);
  }

  /** Takes the members out of records `[first, end)`, of which the first one has an unknown key; answers with false when that one keeps it. */
  takeOut(first: number, end: number): boolean {
    if (first < this.#lookedTo || !this.#takeOut(first)) return false;
    this.prepare(first + 1, end);
    return true;
  }

  /** Makes records `[first, end)` rows, from `firstRow` on. Those before them were none that are scanned. */
  addRows(first: number, end: number, firstRow: number): void {
    if (this.#ofRecords.length === 0) return;
    const behind = this.#ofRecords.findIndex(({ record }) => record >= end);
    for (const { record, members } of this.#ofRecords.splice(0, behind < 0 ? this.#ofRecords.length : behind))
      if (record >= first) this.#ofRows.push({ row: firstRow + record - first, members });
  }

  /** Rescues the members that come before a value. */
  rescueBefore(value: EntryOrder): void {
    const ofKernel = this.#ofKernel;
    const count = ofKernel.count;
    while (this.#rescuedOfKernel < count || this.#ofRows.length > 0) {
      const rowOfKernel = this.#rescuedOfKernel < count ? ofKernel.rowAt(this.#rescuedOfKernel) : Infinity;
      const isKernels = rowOfKernel < (this.#ofRows[0]?.row ?? Infinity);
      if (!(isKernels ? this.#rescueOne(value) : this.#rescueRow(value))) return;
    }
  }

  /** Rescues the members of all rows. */
  rescueAll(): void {
    if (this.#ofRows.length > 0) this.rescueBefore(behindAll);
    const ofKernel = this.#ofKernel;
    for (const count = ofKernel.count; this.#rescuedOfKernel < count;) {
      const objects = this.#isFirstOfRow(this.#rescuedOfKernel)
        ? ofKernel.objectsFrom(this.#rescuedOfKernel)
        : undefined;
      if (objects !== undefined && objects.members > 0) {
        this.#rescued.addObjects(objects);
        this.#rescuedOfKernel += objects.members;
      } else this.#rescueOne(behindAll);
    }
    ofKernel.empty();
    this.#rescuedOfKernel = 0;
  }

  get #ofKernel(): KernelExtras {
    return this.#fields.kernelFields.extras;
  }

  #isFirstOfRow(index: number): boolean {
    return index === 0 || this.#ofKernel.rowAt(index - 1) < this.#ofKernel.rowAt(index);
  }

  /** Rescues the kernel's next member; answers with false when it does not come before. */
  #rescueOne(before: EntryOrder): boolean {
    const index = this.#rescuedOfKernel;
    const own = { row: this.#ofKernel.rowAt(index), rank: rankOf(-1, this.#ofKernel.startAt(index)) };
    if (compareOrder(own, before) >= 0) return false;
    const { row, text, raw } = this.#ofKernel.memberAt(index);
    this.#rescued.addWritten(row, text, raw === undefined ? '' : writeJson(parseJson(raw)));
    this.#rescuedOfKernel++;
    return true;
  }

  /** Rescues the members of the next row that have been taken out; answers with false when not all of them come before. */
  #rescueRow(before: EntryOrder): boolean {
    const [{ row, members } = { row: 0, members: [] }] = this.#ofRows;
    const later = members.findIndex((member) => compareOrder({ row, rank: this.#rankOf(member) }, before) >= 0);
    this.#rescue(row, later < 0 ? members : members.slice(0, later));
    if (later < 0) this.#ofRows.shift();
    else this.#ofRows[0] = { row, members: members.slice(later) };
    return later < 0;
  }

  #rescue(row: number, members: readonly TakenMember[]): void {
    for (const member of members) this.#rescued.addMember(row, this.#records.bytes, member);
  }

  #rankOf({ keyStart, keyEnd, valueStart }: TakenMember): number {
    const { bytes, shift } = this.#records;
    return rankOf(keyIndexOf(bytes, keyStart, keyEnd), valueStart + shift);
  }

  /** Answers with false when nothing is taken out of the record. */
  #takeOut(record: number): boolean {
    const { bytes, starts, ends, shift } = this.#records;
    const found = takeMembers(bytes, { start: starts[record] ?? 0, end: ends[record] ?? 0 }, this.#fields.fateOf);
    this.#lookedTo = record + 1;
    this.#idle++;
    if (found === undefined || found.gaps.length === 0) return false;
    this.#idle = 0;
    const { gaps, members } = found;
    const window = this.#kernel.bytes;
    for (let gap = 0; gap < gaps.length; gap += 2)
      window.fill(space, (gaps[gap] ?? 0) + shift, (gaps[gap + 1] ?? 0) + shift);
    this.#ofRecords.push({ record, members });
    return true;
  }
}
