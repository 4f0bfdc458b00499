/** Digits of pi, as RC2 permutes them. */
const piTable = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32' +
    'bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a' +
    '961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e' +
    'c5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
);

const blockBytes = 8;
const expandedBytes = 128;
const rotations = [1, 2, 3, 5] as const;

/**
 * Decrypts RC2 in CBC mode and takes the padding off, for keystores of Java before 16: OpenSSL 3 keeps RC2 in a provider that
 * Node does not load. The key's length counts as its effective bits. Source: RFC 2268.
 */
export function decryptRc2(
  { key, iv }: { readonly key: Buffer; readonly iv: Buffer },
  encrypted: Buffer,
): Buffer<ArrayBuffer> {
  if (encrypted.length === 0 || encrypted.length % blockBytes !== 0) throw new RangeError('blocks that are cut off');
  const words = expandKey(key);
  const plain = Buffer.alloc(encrypted.length);
  for (let at = 0; at < encrypted.length; at += blockBytes) {
    decryptBlock(encrypted.subarray(at, at + blockBytes), words).copy(plain, at);
    const before = at === 0 ? iv : encrypted.subarray(at - blockBytes, at);
    for (let index = 0; index < blockBytes; index++)
      plain[at + index] = byteAt(plain, at + index) ^ byteAt(before, index);
  }
  const padding = byteAt(plain, plain.length - 1);
  if (padding < 1 || padding > blockBytes) throw new RangeError('bad decrypt: no padding');
  return plain.subarray(0, plain.length - padding);
}

/** 64 words of 16 bits. */
function expandKey(key: Buffer): Uint16Array {
  const bytes = Buffer.alloc(expandedBytes);
  key.copy(bytes);
  for (let at = key.length; at < expandedBytes; at++)
    bytes[at] = byteAt(piTable, (byteAt(bytes, at - 1) + byteAt(bytes, at - key.length)) & 0xff);
  bytes[expandedBytes - key.length] = byteAt(piTable, byteAt(bytes, expandedBytes - key.length));
  for (let at = expandedBytes - key.length - 1; at >= 0; at--)
    bytes[at] = byteAt(piTable, byteAt(bytes, at + 1) ^ byteAt(bytes, at + key.length));
  return Uint16Array.from({ length: expandedBytes / 2 }, (_, index) => bytes.readUInt16LE(2 * index));
}

function decryptBlock(block: Buffer, words: Uint16Array): Buffer {
  const state = [0, 1, 2, 3].map((index) => block.readUInt16LE(2 * index));
  for (let round = 15; round >= 0; round--) {
    mixBack(state, words, 4 * round);
    if (round === 11 || round === 5) mashBack(state, words);
  }
  const plain = Buffer.alloc(blockBytes);
  state.forEach((word, index) => plain.writeUInt16LE(word, 2 * index));
  return plain;
}

function mixBack(state: number[], words: Uint16Array, firstWord: number): void {
  for (const index of [3, 2, 1, 0] as const) {
    const [one, two, three] = [index + 3, index + 2, index + 1].map((each) => state[each % 4] ?? 0);
    const value = state[index] ?? 0;
    const turned = (value >> rotations[index]) | (value << (16 - rotations[index]));
    const mixed = ((one ?? 0) & (two ?? 0)) + (~(one ?? 0) & (three ?? 0)) + (words[firstWord + index] ?? 0);
    state[index] = ((turned & 0xffff) - mixed) & 0xffff;
  }
}

function mashBack(state: number[], words: Uint16Array): void {
  for (const index of [3, 2, 1, 0])
    state[index] = ((state[index] ?? 0) - (words[(state[(index + 3) % 4] ?? 0) & 63] ?? 0)) & 0xffff;
}

function byteAt(bytes: Buffer, index: number): number {
  return bytes[index] ?? 0;
}
