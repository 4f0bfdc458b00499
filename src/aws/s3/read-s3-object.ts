import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { countRequests } from '../client/count-requests.ts';
import { s3Options, type AwsOptions } from '../client/client-options.ts';
import { explainAwsError } from '../client/explain-aws-error.ts';

/** Reads one object by its address, `s3://bucket/key`, whatever region the bucket is in. Rejects with STORE_*. */
export async function readS3Object(address: string, options: AwsOptions): Promise<Buffer> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(address) ?? [];
  const client = countRequests(new S3Client({ ...s3Options(options), followRegionRedirects: true }));
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  } catch (error) {
    throw explainAwsError(error, address, 'STORE');
  } finally {
    client.destroy();
  }
}
