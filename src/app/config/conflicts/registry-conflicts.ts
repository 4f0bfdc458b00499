import type { Environment } from '../../../runtime/environment.ts';

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** What VALUE_FORMAT=avro and the registry's variables ask of each other: a sentence for each that is missing or means nothing. */
export function registryConflicts(given: Environment): string[] {
  const isAvro = given['VALUE_FORMAT'] === 'avro';
  const url = given['SCHEMA_REGISTRY_URL'];
  const hasGlue = given['SCHEMA_REGISTRY_GLUE'] === 'true';
  const own = Object.keys(given).filter((name) => name.startsWith('SCHEMA_REGISTRY_') && given[name] !== undefined);
  const others = own.filter((name) => name !== 'SCHEMA_REGISTRY_URL' && name !== 'SCHEMA_REGISTRY_GLUE');
  const got = given['VALUE_FORMAT'] === undefined ? 'nothing' : 'another format';
  if (!isAvro) return own.map((name) => `${name}: expected VALUE_FORMAT=avro too, got ${got}`);
  if (url === undefined)
    return [
      ...(hasGlue
        ? []
        : ['VALUE_FORMAT=avro: expected SCHEMA_REGISTRY_URL or SCHEMA_REGISTRY_GLUE=true too, got nothing']),
      ...others.map((name) => `${name}: expected SCHEMA_REGISTRY_URL too, got nothing`),
    ];
  return url.startsWith('http:') ? withoutTls(url, others) : [];
}

function withoutTls(url: string, others: readonly string[]): string[] {
  const isHere = loopback.test(URL.parse(url)?.hostname ?? '');
  return others
    .filter((name) => name.startsWith('SCHEMA_REGISTRY_TLS_') || !isHere)
    .map((name) => `${name}: expected https:// in SCHEMA_REGISTRY_URL, got http://`);
}
