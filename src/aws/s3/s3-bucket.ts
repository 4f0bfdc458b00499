import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectInfo, PutCondition, PutResult, StoredObject } from '../../consumer/ports/lake.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { s3Options, type AwsOptions } from '../client/client-options.ts';
import { countRequests } from '../client/count-requests.ts';
import { isNamed, statusOf } from '../client/explain-aws-error.ts';
import { crc32Of, versionOf, wholePage, type ListedPage } from './s3-answers.ts';

export interface S3Options extends AwsOptions {
  readonly bucket: string;
  /** The lake's prefix, without slashes at its ends; empty for the bucket's root. */
  readonly prefix: string;
}

export interface PageRequest {
  readonly startAfter?: string;
  /** The most keys of the page. */
  readonly limit: number;
  /** Where the page before it ended. */
  readonly token: string | undefined;
}

/** The requests of a store to its bucket, one each; keys are relative to the lake's prefix. They reject with the SDK's errors. */
export class S3Bucket {
  readonly #name: string;
  readonly #root: string;
  readonly #client: S3Client;

  constructor(options: S3Options) {
    this.#name = options.bucket;
    this.#root = options.prefix === '' ? '' : `${options.prefix}/`;
    this.#client = countRequests(new S3Client(s3Options(options)));
  }

  uri(key: string): string {
    return `s3://${this.#name}/${this.#root}${key}`;
  }

  async listPage(keyPrefix: string, { startAfter, limit, token }: PageRequest): Promise<ListedPage> {
    const request = new ListObjectsV2Command({
      Bucket: this.#name,
      Prefix: this.#root + keyPrefix,
      MaxKeys: limit,
      ...(startAfter !== undefined && { StartAfter: this.#root + startAfter }),
      ...(token !== undefined && { ContinuationToken: token }),
    });
    return wholePage(await this.#client.send(request), this.uri(keyPrefix));
  }

  /** The object of a listing. */
  infoOf({ Key = '', Size = 0, ETag, LastModified }: ListedPage['objects'][number]): ObjectInfo {
    const modified = LastModified && { modifiedMs: LastModified.getTime() };
    return { key: Key.slice(this.#root.length), size: Size, ...versionOf(ETag), ...modified };
  }

  async put(
    key: string,
    body: Omit<PutObjectCommandInput, 'Bucket' | 'Key'>,
    condition?: PutCondition,
  ): Promise<PutResult> {
    try {
      const { ETag = '' } = await this.#client.send(
        new PutObjectCommand({ ...this.#at(key), ...body, ...conditionOf(condition) }),
      );
      return { kind: 'stored', version: ETag };
    } catch (error) {
      if (condition !== undefined && isRefusal(error)) return { kind: 'refused' };
      throw error;
    }
  }

  async get(key: string): Promise<StoredObject | undefined> {
    try {
      const { Body, ETag = '' } = await this.#client.send(new GetObjectCommand(this.#at(key)));
      return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), version: ETag };
    } catch (error) {
      if (isNamed(error, 'NoSuchKey')) return undefined;
      throw error;
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const request = new HeadObjectCommand({ ...this.#at(key), ChecksumMode: 'ENABLED' });
      const { ContentLength = 0, ETag, ChecksumCRC32 } = await this.#client.send(request);
      return { key, size: ContentLength, ...versionOf(ETag), ...crc32Of(ChecksumCRC32) };
    } catch (error) {
      if (isNamed(error, 'NotFound', 'NoSuchKey')) return undefined;
      throw error;
    }
  }

  /** Bytes `[start, end)`, as many of them as there are. */
  async getRange(key: string, start: number, end: number): Promise<Uint8Array> {
    const request = new GetObjectCommand({ ...this.#at(key), Range: `bytes=${start}-${end - 1}` });
    try {
      const { Body } = await this.#client.send(request);
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    } catch (error) {
      // the object ends before
      if (isNamed(error, 'InvalidRange')) return new Uint8Array();
      throw error;
    }
  }

  /** Deletes at most 1,000 keys. */
  async delete(keys: readonly string[]): Promise<void> {
    const Objects = keys.map((key) => ({ Key: this.#root + key }));
    const { Errors = [] } = await this.#client.send(
      new DeleteObjectsCommand({ Bucket: this.#name, Delete: { Objects, Quiet: true } }),
    );
    const [failed] = Errors;
    if (failed === undefined) return;
    throw new PipelineError(failed.Code === 'AccessDenied' ? 'STORE_DENIED' : 'STORE_UNAVAILABLE', {
      message: `s3://${this.#name}/${failed.Key} can't be deleted: ${failed.Code} ${failed.Message}`,
      retryable: failed.Code !== 'AccessDenied',
    });
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#name, Key: this.#root + key };
  }
}

function conditionOf(condition: PutCondition | undefined): { IfNoneMatch?: string; IfMatch?: string } {
  if (condition === undefined) return {};
  return 'ifAbsent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifVersion };
}

/** True when the condition did not hold; If-Match on a key that is gone answers 404. */
function isRefusal(error: unknown): boolean {
  return statusOf(error) === 412 || isNamed(error, 'PreconditionFailed', 'NoSuchKey');
}
