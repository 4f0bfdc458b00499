/** An answer begins with its length, which does not count itself; the number of its request follows, of the same size. */
export const prefixBytes = 4;

/** Answers of such a size share a buffer. */
const reusedBytesMin = 64 * 1024;
const reusedBytesMax = 16 * 1024 * 1024;

/**
 * Puts a broker's answers together from what a socket reads. kafkajs would keep the pieces and copy them once more, and a
 * buffer for every piece costs the garbage collector most of the time that receiving takes. So large answers share one buffer:
 * kafkajs decodes an answer in the microtasks that follow, and our decoder copies the records.
 */
export class AnswerFraming {
  readonly #emit: (answer: Buffer) => void;
  readonly #bytesMax: number;
  readonly #prefix = Buffer.alloc(prefixBytes);
  #prefixFilled = 0;
  #answer: Buffer | undefined;
  #filled = 0;
  #shared = Buffer.alloc(0);
  #isLent = false;

  /** `emit` gets whole answers with their length before them. A large one is good until the next macrotask. */
  constructor(bytesMax: number, emit: (answer: Buffer) => void) {
    this.#bytesMax = bytesMax;
    this.#emit = emit;
  }

  /** Takes in `bytes`, which may be used for something else afterwards. Throws a RangeError for a length that can't be. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      at = this.#answer === undefined ? this.#readPrefix(bytes, at) : this.#fill(this.#answer, bytes, at);
    }
  }

  #readPrefix(bytes: Uint8Array, start: number): number {
    let at = start;
    while (at < bytes.length && this.#prefixFilled < prefixBytes) {
      this.#prefix[this.#prefixFilled++] = bytes[at++] ?? 0;
    }
    if (this.#prefixFilled < prefixBytes) return at;
    const length = this.#prefix.readInt32BE();
    if (length < prefixBytes || length > this.#bytesMax) throw new RangeError(`an answer of ${length} bytes`);
    this.#answer = this.#bufferFor(prefixBytes + length);
    this.#prefix.copy(this.#answer);
    this.#filled = prefixBytes;
    return at;
  }

  #bufferFor(bytes: number): Buffer {
    if (bytes < reusedBytesMin || bytes > reusedBytesMax || this.#isLent) return Buffer.allocUnsafe(bytes);
    // a quarter more, since answers of one kind differ little
    if (this.#shared.length < bytes) this.#shared = Buffer.allocUnsafeSlow(Math.ceil(bytes * 1.25));
    this.#isLent = true;
    return this.#shared.subarray(0, bytes);
  }

  #fill(answer: Buffer, bytes: Uint8Array, start: number): number {
    const end = Math.min(bytes.length, start + answer.length - this.#filled);
    answer.set(bytes.subarray(start, end), this.#filled);
    this.#filled += end - start;
    if (this.#filled === answer.length) {
      this.#prefixFilled = 0;
      this.#answer = undefined;
      if (answer.buffer === this.#shared.buffer) setImmediate(() => (this.#isLent = false));
      this.#emit(answer);
    }
    return end;
  }
}
