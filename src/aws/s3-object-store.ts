import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectInfo, ObjectStore, PutCondition, PutResult } from '../consumer/ports/lake.ts';
import { PipelineError } from '../runtime/errors.ts';
import { countRequests } from './count-requests.ts';
import { s3Options, type AwsOptions } from './client-options.ts';
import { systemClock } from '../runtime/clock.ts';
import { retry } from '../runtime/retry.ts';
import { explainAwsError, isNamed, statusOf } from './explain-aws-error.ts';
import { crc32Of, toChecksum, versionOf, wholePage } from './s3-answers.ts';

export interface S3Options extends AwsOptions {
  readonly bucket: string;
  /** The lake's prefix, without slashes at its ends; empty for the bucket's root. */
  readonly prefix: string;
}

const deletesMax = 1000;

const readPatience = { attemptsMax: 3, totalMs: 30_000, delayMs: 100, delayMaxMs: 1000 };

/** An object store below a prefix of a bucket. An object's version is its ETag. */
export function createS3ObjectStore(options: S3Options): ObjectStore {
  const { bucket, prefix } = options;
  const client = countRequests(new S3Client(s3Options(options)));
  const root = prefix === '' ? '' : `${prefix}/`;
  const at = (key: string) => ({ Bucket: bucket, Key: root + key });
  const uri = (key: string): string => `s3://${bucket}/${root}${key}`;
  const explained = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explainAwsError(error, uri(key), 'STORE');
    }
  };

  // the SDK tries requests again, but not an answer whose body is cut off or damaged
  const reading = <T>(key: string, work: () => Promise<T>): Promise<T> =>
    retry(() => explained(key, work), { ...readPatience, clock: systemClock, random: Math.random });

  const list = async function* list(
    keyPrefix: string,
    { startAfter, limit = Infinity }: { readonly startAfter?: string; readonly limit?: number } = {},
  ): AsyncIterable<ObjectInfo> {
    let left = limit;
    let token: string | undefined;
    do {
      if (left <= 0) return;
      const request = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: root + keyPrefix,
        MaxKeys: Math.min(1000, left),
        ...(startAfter !== undefined && { StartAfter: root + startAfter }),
        ...(token !== undefined && { ContinuationToken: token }),
      });
      const page = await reading(keyPrefix, async () => wholePage(await client.send(request), uri(keyPrefix)));
      for (const { Key = '', Size = 0, ETag, LastModified } of page.objects) {
        const modified = LastModified && { modifiedMs: LastModified.getTime() };
        yield { key: Key.slice(root.length), size: Size, ...versionOf(ETag), ...modified };
        if (--left <= 0) return;
      }
      token = page.nextToken;
    } while (token !== undefined);
  };

  const putIf = async (
    request: Omit<PutObjectCommandInput, 'Bucket' | 'Key'>,
    key: string,
    condition?: PutCondition,
  ) => {
    try {
      const { ETag = '' } = await client.send(
        new PutObjectCommand({ ...at(key), ...request, ...conditionOf(condition) }),
      );
      return { kind: 'stored' as const, version: ETag };
    } catch (error) {
      if (condition !== undefined && isRefusal(error)) return { kind: 'refused' as const };
      throw error;
    }
  };

  return {
    uri,
    list,
    put: (key, bytes, condition): Promise<PutResult> =>
      explained(key, () => putIf({ Body: bytes, ChecksumCRC32: toChecksum(crc32(bytes)) }, key, condition)),
    // the SDK does not try streams again
    putFile: (key, { path, size, crc32: checksum }): Promise<PutResult> =>
      reading(key, () => {
        const body = { Body: createReadStream(path), ContentLength: size, ChecksumCRC32: toChecksum(checksum) };
        return putIf(body, key, { ifAbsent: true });
      }),
    get: (key) =>
      reading(key, async () => {
        try {
          const { Body, ETag = '' } = await client.send(new GetObjectCommand(at(key)));
          return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), version: ETag };
        } catch (error) {
          if (isNamed(error, 'NoSuchKey')) return undefined;
          throw error;
        }
      }),
    head: (key) =>
      reading(key, async () => {
        try {
          const {
            ContentLength = 0,
            ETag,
            ChecksumCRC32,
          } = await client.send(new HeadObjectCommand({ ...at(key), ChecksumMode: 'ENABLED' }));
          return { key, size: ContentLength, ...versionOf(ETag), ...crc32Of(ChecksumCRC32) };
        } catch (error) {
          if (isNamed(error, 'NotFound', 'NoSuchKey')) return undefined;
          throw error;
        }
      }),
    getRange: (key, start, end) =>
      reading(key, async () => {
        const { Body } = await client.send(new GetObjectCommand({ ...at(key), Range: `bytes=${start}-${end - 1}` }));
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      }),
    delete: async (keys) => {
      for (let first = 0; first < keys.length; first += deletesMax) {
        const some = keys.slice(first, first + deletesMax);
        await reading(some[0] ?? '', () =>
          deleteSome(
            client,
            bucket,
            some.map((key) => root + key),
          ),
        );
      }
    },
  };
}

function conditionOf(condition: PutCondition | undefined): { IfNoneMatch?: string; IfMatch?: string } {
  if (condition === undefined) return {};
  return 'ifAbsent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifVersion };
}

/** True when the condition did not hold; If-Match on a key that is gone answers 404. */
function isRefusal(error: unknown): boolean {
  return statusOf(error) === 412 || isNamed(error, 'PreconditionFailed', 'NoSuchKey');
}

async function deleteSome(client: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  const { Errors = [] } = await client.send(
    new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
  );
  const [failed] = Errors;
  if (failed === undefined) return;
  throw new PipelineError(failed.Code === 'AccessDenied' ? 'STORE_DENIED' : 'STORE_UNAVAILABLE', {
    message: `s3://${bucket}/${failed.Key} can't be deleted: ${failed.Code} ${failed.Message}`,
    retryable: failed.Code !== 'AccessDenied',
  });
}
