import { crc32 } from 'node:zlib';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectInfo, ObjectStore, PutCondition, PutResult } from '../consumer/ports/lake.ts';
import { PipelineError } from '../runtime/errors.ts';
import { clientOptions, type AwsOptions } from './client-options.ts';
import { explainAwsError, isNamed, statusOf } from './explain-aws-error.ts';

export interface S3Options extends AwsOptions {
  readonly bucket: string;
  /** The lake's prefix, without slashes at its ends; empty for the bucket's root. */
  readonly prefix: string;
}

const deletesMax = 1000;

/** An object store below a prefix of a bucket. An object's version is its ETag. */
export function createS3ObjectStore(options: S3Options): ObjectStore {
  const { bucket, prefix } = options;
  const client = new S3Client({ ...clientOptions(options), forcePathStyle: options.endpoint !== undefined });
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

  const list = async function* list(
    keyPrefix: string,
    { startAfter, limit = Infinity }: { readonly startAfter?: string; readonly limit?: number } = {},
  ): AsyncIterable<ObjectInfo> {
    let left = limit;
    let token: string | undefined;
    do {
      if (left <= 0) return;
      const page = await explained(keyPrefix, () =>
        client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: root + keyPrefix,
            MaxKeys: Math.min(1000, left),
            ...(startAfter !== undefined && { StartAfter: root + startAfter }),
            ...(token !== undefined && { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key = '', Size = 0, ETag } of wholePage(page, uri(keyPrefix))) {
        yield { key: Key.slice(root.length), size: Size, ...versionOf(ETag) };
        if (--left <= 0) return;
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  };

  return {
    uri,
    list,
    put: (key, bytes, condition) =>
      explained(key, async (): Promise<PutResult> => {
        try {
          const { ETag = '' } = await client.send(
            new PutObjectCommand({
              ...at(key),
              Body: bytes,
              ChecksumCRC32: toChecksum(crc32(bytes)),
              ...conditionOf(condition),
            }),
          );
          return { kind: 'stored', version: ETag };
        } catch (error) {
          if (condition !== undefined && isRefusal(error)) return { kind: 'refused' };
          throw error;
        }
      }),
    get: (key) =>
      explained(key, async () => {
        try {
          const { Body, ETag = '' } = await client.send(new GetObjectCommand(at(key)));
          return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), version: ETag };
        } catch (error) {
          if (isNamed(error, 'NoSuchKey')) return undefined;
          throw error;
        }
      }),
    head: (key) =>
      explained(key, async () => {
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
      explained(key, async () => {
        const { Body } = await client.send(new GetObjectCommand({ ...at(key), Range: `bytes=${start}-${end - 1}` }));
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      }),
    delete: async (keys) => {
      for (let first = 0; first < keys.length; first += deletesMax) {
        const some = keys.slice(first, first + deletesMax);
        await explained(some[0] ?? '', () =>
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

/** The objects of a page, which must be whole: an answer that lost some on its way would hide objects, or the whole ledger. */
function wholePage(
  { Name, Contents = [], KeyCount }: ListObjectsV2CommandOutput,
  where: string,
): NonNullable<ListObjectsV2CommandOutput['Contents']> {
  if (Name !== undefined && (KeyCount ?? Contents.length) === Contents.length) return Contents;
  throw new PipelineError('STORE_UNAVAILABLE', {
    message: `${where}: the listing arrived damaged: it counts ${KeyCount ?? 'no'} keys and holds ${Contents.length}`,
    retryable: true,
  });
}

/** Writes a checksum as S3 does: base64 of the big-endian bytes. */
function toChecksum(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

function crc32Of(checksum: string | undefined): Pick<ObjectInfo, 'crc32'> {
  // an object of a multipart upload has a checksum of checksums, with `-` and the number of parts behind it
  const bytes = Buffer.from(checksum ?? '', 'base64');
  return bytes.length === 4 && checksum?.includes('-') === false ? { crc32: bytes.readUInt32BE() } : {};
}

function versionOf(etag: string | undefined): Pick<ObjectInfo, 'version'> {
  return etag === undefined ? {} : { version: etag };
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
