import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '../../consumer/ports/lake.ts';
import { PipelineError } from '../../runtime/errors.ts';

export interface ListedPage {
  readonly objects: NonNullable<ListObjectsV2CommandOutput['Contents']>;
  readonly nextToken: string | undefined;
}

/** Reads a page, which must be whole: an answer that lost some objects on its way would hide them, or the whole ledger. */
export function wholePage(
  { Name, Contents = [], KeyCount, NextContinuationToken }: ListObjectsV2CommandOutput,
  where: string,
): ListedPage {
  if (Name !== undefined && (KeyCount ?? Contents.length) === Contents.length)
    return { objects: Contents, nextToken: NextContinuationToken };
  throw new PipelineError('STORE_UNAVAILABLE', {
    message: `${where}: the listing arrived damaged: it counts ${KeyCount ?? 'no'} keys and holds ${Contents.length}`,
    retryable: true,
  });
}

/** Writes a checksum as S3 does: base64 of the big-endian bytes. */
export function toChecksum(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

export function crc32Of(checksum: string | undefined): Pick<ObjectInfo, 'crc32'> {
  // an object of a multipart upload has a checksum of checksums, with `-` and the number of parts behind it
  const bytes = Buffer.from(checksum ?? '', 'base64');
  return bytes.length === 4 && checksum?.includes('-') === false ? { crc32: bytes.readUInt32BE() } : {};
}

export function versionOf(etag: string | undefined): Pick<ObjectInfo, 'version'> {
  return etag === undefined ? {} : { version: etag };
}
