import type { Environment } from '../../../runtime/environment.ts';

/** Variables of a REST catalog that have no sense without others, or beside them. */
export function restCatalogConflicts(given: Environment): string[] {
  const names = Object.keys(given).filter((name) => name.startsWith('ICEBERG_REST_'));
  const ways = ['ICEBERG_REST_TOKEN', 'ICEBERG_REST_CLIENT_ID'].filter((name) => given[name] !== undefined);
  if (given['ICEBERG_REST_SIGNING'] === 'glue') ways.push('ICEBERG_REST_SIGNING');
  const [first, second] = ways;
  const hasId = given['ICEBERG_REST_CLIENT_ID'] !== undefined;
  const hasSecret = given['ICEBERG_REST_CLIENT_SECRET'] !== undefined;
  return [
    ...(names.length > 0 && given['ICEBERG_REST_URI'] === undefined
      ? [`${names[0]}: expected ICEBERG_REST_URI too`]
      : []),
    ...(names.length > 0 && given['TABLE_FORMAT'] !== 'iceberg'
      ? [`${names[0]}: expected TABLE_FORMAT=iceberg too`]
      : []),
    ...(second === undefined ? [] : [`${first}: expected one way into the catalog, got ${second} too`]),
    ...(hasId === hasSecret ? [] : ['ICEBERG_REST_CLIENT_ID and ICEBERG_REST_CLIENT_SECRET: expected both or neither']),
  ];
}
