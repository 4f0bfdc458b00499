import { readFile } from 'node:fs/promises';
import type { ReadFile } from '../../runtime/named-file.ts';
import type { AwsSettings } from '../config/settings/aws-settings.ts';

/** Reads files, and objects of S3 where an address begins with `s3://`. */
export function fileReader(aws: AwsSettings): ReadFile {
  return async (path) => {
    if (!path.startsWith('s3://')) return readFile(path);
    const { readS3Object } = await import('../../aws/s3/read-s3-object.ts');
    return readS3Object(path, aws);
  };
}
