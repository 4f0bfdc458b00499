import { describe, expect, it } from 'vitest';
import { createKernel } from '../../../src/kernel/kernel.ts';

const pairs = 15;

/**
 * Makes one of 2^15 strings that a hash by multiplication can't tell apart, whatever its key: a change of the highest bit of a word stays
 * one, and a change of the next word undoes it.
 */
function collidingBytes(variant: number): Buffer {
  const bytes = Buffer.alloc(8 * (2 * pairs + 1), 'A');
  for (let pair = 0; pair < pairs; pair++) {
    if ((variant & (1 << pair)) === 0) continue;
    bytes.writeUInt8(bytes.readUInt8(16 * pair + 7) ^ 0x80, 16 * pair + 7);
    bytes.writeUInt8(bytes.readUInt8(16 * pair + 11) ^ 0x10, 16 * pair + 11);
  }
  return bytes;
}

/** Adds the strings to a dictionary, twice; answers with their ids. */
function idsOf(strings: readonly Buffer[]) {
  const { calls } = createKernel();
  const dictionary = calls.createDictionary();
  const room = calls.allocate(1024);
  const add = (bytes: Buffer): number => {
    new Uint8Array(calls.memory.buffer).set(bytes, room);
    return calls.idOf(dictionary, room, room + bytes.length);
  };
  const ids = strings.map(add);
  return {
    ids,
    again: strings.map(add),
    probes: calls.probeCountOf(dictionary),
    isStrong: calls.isStrong(dictionary) !== 0,
  };
}

describe('a dictionary of strings', () => {
  const count = 20_000;

  it('keeps its quick hash for whatever strings there are by chance', () => {
    const strings = Array.from({ length: count }, (_, index) => Buffer.from(`${'x'.repeat(index % 40)}${index}`));
    const { ids, again, probes, isStrong } = idsOf(strings);
    expect(ids).toEqual(strings.map((_, index) => index));
    expect(again).toEqual(ids);
    expect(isStrong).toBe(false);
    expect(probes).toBeLessThan(8 * count);
  });

  it('looks at no more slots for strings that are chosen to collide', () => {
    const strings = Array.from({ length: count }, (_, index) => collidingBytes(index));
    const { ids, again, probes, isStrong } = idsOf(strings);
    expect(ids).toEqual(strings.map((_, index) => index));
    expect(again).toEqual(ids);
    expect(isStrong).toBe(true);
    expect(probes).toBeLessThan(8 * count);
  });

  it('numbers values in the order in which they come, whatever the key is', () => {
    const [one, other] = [createKernel(), createKernel()];
    const numbers = Float64Array.from({ length: 1000 }, (_, index) => index % 10);
    for (const kernel of [one, other]) {
      const address = kernel.copyInDoubles(numbers);
      const ids = kernel.calls.allocate(4000);
      const found = kernel.calls.allocate(8 * 500);
      expect(kernel.calls.idsOfNumbers(address, numbers.length, 500, found, ids)).toBe(10);
      expect([...kernel.copyOutInt32(ids, 12)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    }
  });

  it('has none for numbers that collide too often', () => {
    const kernel = createKernel();
    // bits that cancel each other, so that only the highest ones are left, which do not reach the slot
    const words = new BigUint64Array(2000).map((_, index) => (BigInt(index + 1) << 52n) | (BigInt(index + 1) << 20n));
    const numbers = new Float64Array(words.buffer);
    const address = kernel.copyInDoubles(numbers);
    const [found, ids] = [kernel.calls.allocate(8 * 2000), kernel.calls.allocate(4 * 2000)];
    expect(kernel.calls.idsOfNumbers(address, numbers.length, 2000, found, ids)).toBe(-1);
  });
});
