/** Where and how AWS is called; credentials come by the SDK's own chain. */
export interface AwsOptions {
  readonly region: string | undefined;
  /** An emulator's address. */
  readonly endpoint: string | undefined;
}

/** What all clients share: few attempts, since the commit steps are tried again as a whole, and no endless waiting. */
export function clientOptions({ region, endpoint }: AwsOptions) {
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 5000, requestTimeout: 60_000, throwOnRequestTimeout: true },
  };
}
