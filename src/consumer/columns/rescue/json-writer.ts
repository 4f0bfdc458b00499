import { useKernel, type Kernel } from '../../../kernel/kernel.ts';
import { loadWindow } from '../../../kernel/load-values.ts';
import type { Turns } from '../../../runtime/turns.ts';
import { writeJson } from '../../../schema/json/exact-json.ts';
import type { JsonValues } from '../../ports/json-values.ts';
import { JsonText } from './json-text.ts';

/** The JSON of values, one behind the other, and where each ends. */
interface WrittenValues {
  readonly bytes: Buffer;
  readonly ends: Int32Array;
}

/** Writes the first `count` values as `writeJson` does. Lets the event loop turn meanwhile. */
export async function writeJsonValues(values: JsonValues, count: number, turns: Turns): Promise<WrittenValues> {
  return useKernel((kernel) => new JsonWriter(kernel, values, count).write(turns));
}

/** Writes values one behind the other: in the kernel, a window of them at a time, and by itself what that leaves to it. */
class JsonWriter {
  readonly #kernel: Kernel;
  readonly #values: JsonValues;
  readonly #text: JsonText;
  readonly #ends: Int32Array;

  constructor(kernel: Kernel, values: JsonValues, count: number) {
    this.#kernel = kernel;
    this.#values = values;
    this.#text = new JsonText(values.sizeOf(count));
    this.#ends = new Int32Array(count);
  }

  async write(turns: Turns): Promise<WrittenValues> {
    for (let index = 0; index < this.#ends.length;) {
      const before = this.#text.length;
      const count = this.#load(index);
      if (count === 0) this.#writeOne(index);
      else this.#writeLoaded(index, count);
      index += Math.max(1, count);
      if (turns.areDueAfter(this.#text.length - before)) await turns.next();
    }
    return { bytes: this.#text.bytes.subarray(0, this.#text.length), ends: this.#ends };
  }

  /** Loads as many values as fit; answers with their number. */
  #load(first: number): number {
    return loadWindow(this.#kernel, { values: this.#values, first, end: this.#ends.length });
  }

  #writeLoaded(first: number, count: number): void {
    const { calls, starts, ends, strings, stringsEnd, ids } = this.#kernel;
    for (let done = 0; done < count;) {
      const from = done * Int32Array.BYTES_PER_ELEMENT;
      const written = calls.writeJsonValues(starts + from, ends + from, count - done, strings, stringsEnd, ids);
      this.#copyOut(first + done, written);
      done += written;
      if (done < count) this.#writeOne(first + done++);
    }
  }

  #copyOut(first: number, count: number): void {
    const { strings, ids } = this.#kernel;
    const writtenEnds = this.#kernel.viewInt32(ids, count);
    const before = this.#text.length;
    for (let at = 0; at < count; at++) this.#ends[first + at] = before + (writtenEnds[at] ?? 0);
    this.#text.append(this.#kernel.bytes.subarray(strings, strings + (writtenEnds[count - 1] ?? 0)));
  }

  #writeOne(index: number): void {
    const source = this.#values.sourceAt(index);
    const range = { start: this.#values.startAt(index), end: this.#values.endAt(index) };
    if (source === undefined || !this.#text.copyJson(source, range))
      this.#text.write(writeJson(this.#values.valueAt(index)));
    this.#ends[index] = this.#text.length;
  }
}
