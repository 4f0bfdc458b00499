import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { ObjectInfo, ObjectStore } from '../../consumer/ports/lake.ts';
import { systemClock } from '../../runtime/clock.ts';
import { retry } from '../../runtime/retry.ts';
import { explainAwsError } from '../client/explain-aws-error.ts';
import { toChecksum } from './s3-answers.ts';
import { S3Bucket, type S3Options } from './s3-bucket.ts';

const deletesMax = 1000;
const pageKeysMax = 1000;

const readPatience = { attemptsMax: 3, totalMs: 30_000, delayMs: 100, delayMaxMs: 1000 };

/** An object store below a prefix of a bucket. An object's version is its ETag. */
export function createS3ObjectStore(options: S3Options): ObjectStore {
  const bucket = new S3Bucket(options);
  const reading = <T>(key: string, work: () => Promise<T>): Promise<T> => tryAgain(bucket, key, work);
  return {
    uri: (key) => bucket.uri(key),
    list: (keyPrefix, range = {}) => list(bucket, keyPrefix, range),
    put: (key, bytes, condition) =>
      explained(bucket, key, () =>
        bucket.put(key, { Body: bytes, ChecksumCRC32: toChecksum(crc32(bytes)) }, condition),
      ),
    // the SDK does not try streams again
    putFile: (key, { path, size, crc32: checksum }) =>
      reading(key, () => {
        const body = { Body: createReadStream(path), ContentLength: size, ChecksumCRC32: toChecksum(checksum) };
        return bucket.put(key, body, { ifAbsent: true });
      }),
    get: (key) => reading(key, () => bucket.get(key)),
    head: (key) => reading(key, () => bucket.head(key)),
    getRange: (key, start, end) => reading(key, () => bucket.getRange(key, start, end)),
    delete: async (keys) => {
      for (let first = 0; first < keys.length; first += deletesMax) {
        const some = keys.slice(first, first + deletesMax);
        await reading(some[0] ?? '', () => bucket.delete(some));
      }
    },
  };
}

async function* list(
  bucket: S3Bucket,
  keyPrefix: string,
  { startAfter, limit = Infinity }: { readonly startAfter?: string; readonly limit?: number },
): AsyncIterable<ObjectInfo> {
  let left = limit;
  let token: string | undefined;
  do {
    if (left <= 0) return;
    const request = { ...(startAfter !== undefined && { startAfter }), limit: Math.min(pageKeysMax, left), token };
    const page = await tryAgain(bucket, keyPrefix, () => bucket.listPage(keyPrefix, request));
    for (const object of page.objects) {
      yield bucket.infoOf(object);
      if (--left <= 0) return;
    }
    token = page.nextToken;
  } while (token !== undefined);
}

/** Tries a request again: the SDK does so too, but not after an answer whose body is cut off or damaged. */
function tryAgain<T>(bucket: S3Bucket, key: string, work: () => Promise<T>): Promise<T> {
  return retry(() => explained(bucket, key, work), { ...readPatience, clock: systemClock, random: Math.random });
}

async function explained<T>(bucket: S3Bucket, key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainAwsError(error, bucket.uri(key), 'STORE');
  }
}
