import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** Prefix of everything that the service writes. */
export const lakePrefix = 'lake';
/** Prefix of Athena's results. */
export const resultsPrefix = 'athena-results';
const scanLimitBytes = 10 * 1024 ** 3;

/** What holds the data outlives its stack, but not the rollback of a stack that never came up. */
const keep = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

export interface LakeOptions {
  readonly settings: Settings;
  readonly key: IKey | undefined;
}

/** Bucket, database and workgroup; a bucket and a database that exist are used as they are. */
export class Lake extends Construct {
  readonly bucket: IBucket;
  readonly workgroup: string;

  constructor(scope: Construct, id: string, { settings, key }: LakeOptions) {
    super(scope, id);
    const { account, stackName } = Stack.of(this);
    this.bucket =
      settings.bucketName === undefined
        ? this.#createBucket(key)
        : Bucket.fromBucketName(this, 'Bucket', settings.bucketName);
    if (!settings.databaseExists)
      new CfnDatabase(this, 'Database', {
        catalogId: account,
        databaseInput: { name: settings.database, description: 'Tables that glueless writes' },
      }).applyRemovalPolicy(keep);
    this.workgroup = stackName;
    this.#createWorkgroup(key);
  }

  #createBucket(key: IKey | undefined): Bucket {
    return new Bucket(this, 'Bucket', {
      ...(key === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // an object deleted by mistake can be restored for a month
      versioned: true,
      removalPolicy: keep,
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30), expiredObjectDeleteMarker: true },
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        { prefix: `${resultsPrefix}/`, expiration: Duration.days(7) },
      ],
    });
  }

  #createWorkgroup(key: IKey | undefined): void {
    new CfnWorkGroup(this, 'Workgroup', {
      name: this.workgroup,
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: scanLimitBytes,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${this.bucket.bucketName}/${resultsPrefix}/`,
          encryptionConfiguration:
            key === undefined ? { encryptionOption: 'SSE_S3' } : { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn },
        },
      },
    });
  }
}
