/** Region and endpoint of everything that is asked of AWS. */
export interface AwsSettings {
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
}
