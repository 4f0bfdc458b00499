import { choice, headerToken, password, text, variable } from './variable-kinds.ts';

const group = 'Iceberg catalog';

/** Where Iceberg tables are known, when it is not Glue or the folder itself. */
export const icebergVariables = {
  ICEBERG_REST_URI: variable(
    {
      group,
      about:
        'Address of a catalog that speaks Iceberg’s REST protocol, without /v1; default: Glue, for a folder a catalog of its own. LAKE_DATABASE is the namespace',
      expected: 'an http or https URL without user, password and query',
    },
    readUri,
  ).optional(),
  ICEBERG_REST_WAREHOUSE: text({
    group,
    about: 'Which of its warehouses; default: the one that it has. For Glue’s endpoint the id of the account',
  }).optional(),
  ICEBERG_REST_TOKEN: headerToken({ group, about: 'Bearer token for the catalog' }).optional(),
  ICEBERG_REST_CLIENT_ID: text({
    group,
    about: 'Client that asks for tokens by OAuth 2 client credentials',
  }).optional(),
  ICEBERG_REST_CLIENT_SECRET: password({ group, about: 'Secret of that client' }).optional(),
  ICEBERG_REST_SCOPE: text({ group, about: 'Scope that tokens are asked for' }).prefault('catalog'),
  ICEBERG_REST_TOKEN_URL: variable(
    {
      group,
      about: 'Where tokens are given; default: v1/oauth/tokens of the catalog',
      expected: 'an http or https URL without user, password and query',
    },
    readUri,
  ).optional(),
  ICEBERG_REST_SIGNING: choice(['none', 'glue'], {
    group,
    about:
      'glue: requests are signed with AWS credentials, for Glue’s own REST endpoint (https://glue.<region>.amazonaws.com/iceberg)',
  }).prefault('none'),
};

function readUri(value: string): string | undefined {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return undefined;
  const { username, password: secret, search } = new URL(value);
  return username === '' && secret === '' && search === '' ? value.replace(/\/$/, '') : undefined;
}
