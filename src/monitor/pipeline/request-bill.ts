import type { Requests } from './service-metrics.ts';

/**
 * List prices of us-east-1 in dollars for one request, as docs/costs.md has them; what is not here costs nothing by the request.
 * S3: PUT, COPY, POST and LIST 0.005 a thousand, GET and all other 0.0004 a thousand, DELETE free. Glue: 1 a million. Secrets Manager: 0.05 for
 * 10,000.
 */
const prices = {
  s3Write: 0.005 / 1000,
  s3Read: 0.0004 / 1000,
  glue: 1 / 1_000_000,
  secrets: 0.05 / 10_000,
} as const;

/** What the requests have cost by themselves, in dollars, for a million records; `undefined` before there is any record. */
export function dollarsPerMillion(requests: readonly Requests[], records: number): number | undefined {
  if (records === 0) return undefined;
  const dollars = requests.reduce((total, request) => total + request.count * priceOf(request), 0);
  return (dollars / records) * 1_000_000;
}

function priceOf({ service, operation }: Requests): number {
  switch (service.toLowerCase()) {
    case 's3':
      if (operation.startsWith('Delete')) return 0;
      return /^(Put|Copy|Create|Complete|Upload|List)/.test(operation) ? prices.s3Write : prices.s3Read;
    case 'glue':
      return prices.glue;
    case 'secretsmanager':
      return prices.secrets;
    default:
      return 0;
  }
}
