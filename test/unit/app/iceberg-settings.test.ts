import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/app/config/config.ts';
import { readSettings } from '../../../src/app/config/settings.ts';
import { messageOf } from '../../../src/runtime/errors.ts';

const uri = 'https://catalog.example/api/catalog';
const iceberg = { TABLE_FORMAT: 'iceberg', ICEBERG_REST_URI: `${uri}/` };
const catalogOf = (environment: Record<string, string>) => readSettings(environment, []).lake.restCatalog;

function problemOf(environment: Record<string, string>): string {
  try {
    readConfig(environment);
    return 'none';
  } catch (error) {
    return messageOf(error);
  }
}

describe('the catalog of Iceberg tables', () => {
  it('is the lake’s own unless an address of another is given', () => {
    expect(catalogOf({ TABLE_FORMAT: 'iceberg' })).toBeUndefined();
    expect(catalogOf(iceberg)).toEqual({ uri, warehouse: '', access: { kind: 'open' } });
  });

  it('is entered by a token, by a client of OAuth or by AWS’s signature', () => {
    expect(catalogOf({ ...iceberg, ICEBERG_REST_TOKEN: 't' })?.access).toEqual({ kind: 'token', token: 't' });
    const client = { ...iceberg, ICEBERG_REST_CLIENT_ID: 'id', ICEBERG_REST_CLIENT_SECRET: 's' };
    expect(catalogOf(client)?.access).toEqual({
      kind: 'client',
      clientId: 'id',
      clientSecret: 's',
      scope: 'catalog',
      tokenUrl: `${uri}/v1/oauth/tokens`,
    });
    expect(catalogOf({ ...iceberg, ICEBERG_REST_SIGNING: 'glue' })?.access).toEqual({
      kind: 'signed',
      service: 'glue',
    });
  });

  it.each([
    [{ ICEBERG_REST_URI: uri }, 'ICEBERG_REST_URI: expected TABLE_FORMAT=iceberg too'],
    [{ TABLE_FORMAT: 'iceberg', ICEBERG_REST_TOKEN: 't' }, 'ICEBERG_REST_TOKEN: expected ICEBERG_REST_URI too'],
    [{ ...iceberg, ICEBERG_REST_CLIENT_ID: 'id' }, 'expected both or neither'],
    [{ ...iceberg, ICEBERG_REST_TOKEN: 't', ICEBERG_REST_SIGNING: 'glue' }, 'expected one way into the catalog'],
    [{ TABLE_FORMAT: 'iceberg', ICEBERG_REST_URI: 'https://u:p@host' }, 'ICEBERG_REST_URI: expected an http or https'],
  ])('is refused when it is said in part or twice: %o', (environment, problem) => {
    expect(problemOf(environment)).toContain(problem);
  });
});

describe('the age of a batch', () => {
  it('is the time between two snapshots at the most, where there are any: what waits for it is late after that', () => {
    const ageOf = (environment: Record<string, string>) => readSettings(environment, []).batch.ageMaxMs;
    expect(ageOf({ BATCH_AGE_MAX_SECONDS: '300', COMMIT_SECONDS: '10' })).toBe(300_000);
    expect(ageOf({ ...iceberg, BATCH_AGE_MAX_SECONDS: '300', COMMIT_SECONDS: '10' })).toBe(10_000);
    expect(ageOf({ ...iceberg, BATCH_AGE_MAX_SECONDS: '5' })).toBe(5000);
  });
});
