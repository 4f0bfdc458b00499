import { GlueClient } from '@aws-sdk/client-glue';
import { SignatureV4 } from '@smithy/signature-v4';
import type { RestAuthorization } from '../../iceberg/catalogs/rest-client.ts';
import { clientOptions, type AwsOptions } from '../client/client-options.ts';
import { explainAwsError } from '../client/explain-aws-error.ts';

export interface SigningOptions extends AwsOptions {
  /** The service that serves the catalog: its name is part of the signature. */
  readonly service: 'glue' | 's3tables';
}

/** Signs requests to an Iceberg REST catalog of AWS with the credentials of the SDK's default chain, which renews them by itself. */
export function signRestRequests({ service, ...options }: SigningOptions): RestAuthorization {
  // any client of the SDK brings the chain along
  const { config } = new GlueClient(clientOptions(options));
  const { credentials, sha256, region } = config;
  const signer = new SignatureV4({ service, region, credentials, sha256 });
  return {
    headersFor: async ({ method, url, headers, body }) => {
      try {
        const signed = await signer.sign({
          method,
          protocol: url.protocol,
          hostname: url.hostname,
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          headers: { ...headers, host: url.host },
          body,
        });
        const { host: _, ...sent } = signed.headers;
        return sent;
      } catch (error) {
        throw explainAwsError(error, `Iceberg REST catalog at ${url.host}`, 'CATALOG');
      }
    },
    renew: () => false,
  };
}
