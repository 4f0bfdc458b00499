import { SecretsManagerClient, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import { SignatureV4 } from '@smithy/signature-v4';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import type { AwsOptions } from '../client/client-options.ts';

const service = 'kafka-cluster';
const action = 'kafka-cluster:Connect';
const lifetimeSeconds = 900;
const userAgent = 'glueless';

/** Makes a token for one connection. */
export type TokenSource = () => Promise<string>;

/**
 * Makes tokens for MSK's access by IAM: the URL of a request to connect, signed with the credentials of the SDK's default
 * chain, in Base64url. Source: https://github.com/aws/aws-msk-iam-sasl-signer-js. A token lives for 15 minutes; the chain renews
 * credentials by itself. Rejects with IAM_CREDENTIALS_MISSING.
 */
export function mskTokenSource(
  { region }: AwsOptions,
  nowMs: () => number,
  credentials?: SecretsManagerClientConfig['credentials'],
): TokenSource {
  // any client of the SDK brings the chain along
  const { config } = new SecretsManagerClient({
    ...(region !== undefined && { region }),
    ...(credentials !== undefined && { credentials }),
  });
  const signer = new SignatureV4({
    service,
    region: config.region,
    credentials: config.credentials,
    sha256: config.sha256,
  });
  return async () => {
    try {
      const hostname = `kafka.${await config.region()}.amazonaws.com`;
      const request = { method: 'GET', protocol: 'https:', hostname, path: '/', headers: { host: hostname } };
      const { query = {} } = await signer.presign(
        { ...request, query: { Action: action } },
        { expiresIn: lifetimeSeconds, signingDate: new Date(nowMs()) },
      );
      const url = `https://${hostname}/?${queryString({ ...query, 'User-Agent': userAgent })}`;
      return Buffer.from(url).toString('base64url');
    } catch (error) {
      throw new PipelineError('IAM_CREDENTIALS_MISSING', {
        message: `no token for MSK’s access by IAM could be signed: ${messageOf(error)}`,
        retryable: false,
        hint: 'give the task a role or set AWS_PROFILE, and set AWS_REGION to the cluster’s region',
        cause: error,
      });
    }
  };
}

function queryString(query: Readonly<Record<string, unknown>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
}
