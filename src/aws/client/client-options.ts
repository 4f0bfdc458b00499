/** Region and endpoint of the AWS clients; credentials come from the SDK's own chain. */
export interface AwsOptions {
  readonly region: string | undefined;
  /** Custom endpoint: an emulator's. */
  readonly endpoint: string | undefined;
}

/** Options of clients of S3: endpoints other than AWS's name a bucket in the path, not in the host. */
export function s3Options(options: AwsOptions) {
  return { ...clientOptions(options), forcePathStyle: options.endpoint !== undefined };
}

/** Options of all clients: few attempts, since callers retry whole steps, and a timeout for everything. */
export function clientOptions({ region, endpoint }: AwsOptions) {
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 5000, requestTimeout: 60_000, throwOnRequestTimeout: true },
  };
}
