import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** Prefix of everything that the service writes. */
export const lakePrefix = 'lake';
const resultsPrefix = 'athena-results';
const scanLimitBytes = 10 * 1024 ** 3;

/** Bucket, database and workgroup. They outlive the stack: they hold the data. */
export class Lake extends Construct {
  readonly bucket: Bucket;
  readonly workgroup: string;

  constructor(scope: Construct, id: string, { database }: Settings) {
    super(scope, id);
    const { account, stackName } = Stack.of(this);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // an object deleted by mistake can be restored for a month
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30), expiredObjectDeleteMarker: true },
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        { prefix: `${resultsPrefix}/`, expiration: Duration.days(7) },
      ],
    });
    const catalog = new CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: { name: database, description: 'Tables that glueless writes' },
    });
    catalog.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.workgroup = stackName;
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
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    });
  }
}
