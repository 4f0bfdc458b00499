import { memoize } from '../../runtime/memo.ts';

const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;

/** The partition that Java's default partitioner gives a key: records with one key stay in one partition, whoever sends them. */
export function partitionOf(key: string, partitions: number): number {
  return (hashOf(key) & 0x7fffffff) % partitions;
}

/** Most keys whose hash is remembered. */
const hashesMax = 10_000;
const hashOf = memoize((key: string) => murmur2(Buffer.from(key)), hashesMax);

/** Source: Apache Kafka, `org.apache.kafka.common.utils.Utils.murmur2`. kafkajs has it too, and takes forty times as long. */
export function murmur2(bytes: Uint8Array): number {
  const whole = bytes.length & ~3;
  let hash = seed ^ bytes.length;
  for (let at = 0; at < whole; at += 4) {
    let word = byteAt(bytes, at, 0) | byteAt(bytes, at, 1) | byteAt(bytes, at, 2) | byteAt(bytes, at, 3);
    word = Math.imul(word, multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  const left = bytes.length - whole;
  if (left > 0) {
    for (let index = left - 1; index >= 0; index--) hash ^= byteAt(bytes, whole, index);
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

/** One byte of a little-endian word, in its place. */
function byteAt(bytes: Uint8Array, start: number, index: number): number {
  return (bytes[start + index] ?? 0) << (8 * index);
}
