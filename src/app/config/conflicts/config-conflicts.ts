import { restCatalogConflicts } from './iceberg-conflicts.ts';
import type { Environment } from '../../../runtime/environment.ts';
import { registryConflicts } from './registry-conflicts.ts';
import { layouts } from '../../../schema/partitions/layout.ts';
import { wayInConflicts } from './way-in-conflicts.ts';

/** Variables that say the same thing: of two, one would be ignored without a word. */
const alternatives: readonly (readonly string[])[] = [
  ['KAFKA_TOPIC', 'KAFKA_TOPICS', 'KAFKA_TOPIC_PATTERN'],
  ['KAFKA_TLS_CA', 'KAFKA_TLS_CA_FILE'],
  ['KAFKA_TLS_CERT', 'KAFKA_TLS_CERT_FILE'],
  ['KAFKA_TLS_KEY', 'KAFKA_TLS_KEY_FILE'],
  ['KAFKA_TLS_SECRET_ID', 'KAFKA_TLS_KEYSTORE_FILE', 'KAFKA_TLS_CERT', 'KAFKA_TLS_CERT_FILE'],
  ['KAFKA_SASL_SECRET_ID', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_USERNAME_FILE'],
  ['KAFKA_SASL_SECRET_ID', 'KAFKA_SASL_PASSWORD', 'KAFKA_SASL_PASSWORD_FILE'],
  ['SCHEMA_REGISTRY_SECRET_ID', 'SCHEMA_REGISTRY_USERNAME', 'SCHEMA_REGISTRY_USERNAME_FILE'],
  ['SCHEMA_REGISTRY_SECRET_ID', 'SCHEMA_REGISTRY_PASSWORD', 'SCHEMA_REGISTRY_PASSWORD_FILE'],
];

/** Variables that mean nothing without another one. */
const companions: readonly { readonly names: readonly string[]; readonly needs: readonly string[] }[] = [
  { names: ['KAFKA_TLS_CERT', 'KAFKA_TLS_CERT_FILE'], needs: ['KAFKA_TLS_KEY', 'KAFKA_TLS_KEY_FILE'] },
  { names: ['KAFKA_TLS_KEY', 'KAFKA_TLS_KEY_FILE'], needs: ['KAFKA_TLS_CERT', 'KAFKA_TLS_CERT_FILE'] },
  { names: ['KAFKA_TLS_KEY_PASSPHRASE'], needs: ['KAFKA_TLS_KEY', 'KAFKA_TLS_KEY_FILE', 'KAFKA_TLS_SECRET_ID'] },
  { names: ['KAFKA_TLS_KEYSTORE_PASSWORD', 'KAFKA_TLS_KEYSTORE_KEY_PASSWORD'], needs: ['KAFKA_TLS_KEYSTORE_FILE'] },
  { names: ['KAFKA_HEADERS'], needs: ['KAFKA_COLUMNS'] },
  { names: ['ALERT_WEBHOOK_URL', 'ALERT_SNS_TOPIC'], needs: ['ALERT_COLUMN'] },
  { names: ['WEBHOOK_TOKEN'], needs: ['HOURS_WEBHOOK_URL', 'ALERT_WEBHOOK_URL'] },
  {
    names: ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_USERNAME_FILE'],
    needs: ['KAFKA_SASL_PASSWORD', 'KAFKA_SASL_PASSWORD_FILE'],
  },
  {
    names: ['KAFKA_SASL_PASSWORD', 'KAFKA_SASL_PASSWORD_FILE'],
    needs: ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_USERNAME_FILE'],
  },
  {
    names: ['SCHEMA_REGISTRY_USERNAME', 'SCHEMA_REGISTRY_USERNAME_FILE'],
    needs: ['SCHEMA_REGISTRY_PASSWORD', 'SCHEMA_REGISTRY_PASSWORD_FILE'],
  },
  {
    names: ['SCHEMA_REGISTRY_PASSWORD', 'SCHEMA_REGISTRY_PASSWORD_FILE'],
    needs: ['SCHEMA_REGISTRY_USERNAME', 'SCHEMA_REGISTRY_USERNAME_FILE'],
  },
  { names: ['SCHEMA_REGISTRY_TLS_CERT_FILE'], needs: ['SCHEMA_REGISTRY_TLS_KEY_FILE'] },
  { names: ['SCHEMA_REGISTRY_TLS_KEY_FILE'], needs: ['SCHEMA_REGISTRY_TLS_CERT_FILE'] },
];

/** What is wrong with the variables together, though each by itself is good: a sentence each. */
export function conflictsIn(given: Environment): string[] {
  const setOf = (names: readonly string[]): string[] => names.filter((name) => given[name] !== undefined);
  return [
    ...alternatives
      .map(setOf)
      .filter((found) => found.length > 1)
      .map((found) => `${found.join(' and ')}: expected one of them, got ${found.length}`),
    ...companions.flatMap(({ names, needs }) =>
      setOf(needs).length > 0
        ? []
        : setOf(names).map((name) => `${name}: expected ${needs.join(' or ')} too, got nothing`),
    ),
    ...wayInConflicts(given),
    ...registryConflicts(given),
    ...hoursConflicts(given),
    ...icebergConflicts(given),
    ...restCatalogConflicts(given),
    ...(given['PARQUET_ENCODER'] === 'parquetjs-lite' && given['SCHEMA_INFERENCE'] === 'together'
      ? ['SCHEMA_INFERENCE: expected single with PARQUET_ENCODER=parquetjs-lite, which can’t write maps, got together']
      : []),
    ...(given['PARQUET_ENCODER'] === 'parquetjs-lite' && /\b(decimal|map)\b/i.test(given['SCHEMA_HINTS'] ?? '')
      ? ['SCHEMA_HINTS: expected no decimals and maps with PARQUET_ENCODER=parquetjs-lite, which can’t write them']
      : []),
  ];
}

/** Only a table by hours has hours that can be settled. A layout that is none is told of elsewhere, and not shown here. */
function hoursConflicts({ HOURS_EVERY_SECONDS: every, PARTITION_BY: given = 'hour' }: Environment): string[] {
  const layout = layouts.find((each) => each === given);
  if (every === undefined || layout === undefined || layout === 'hour') return [];
  return [`HOURS_EVERY_SECONDS: expected PARTITION_BY=hour too, got ${layout}`];
}

/** Settings that only tables of the format Hive have, by the one value that goes with Iceberg tables. */
const icebergValues: readonly (readonly [name: string, value: string])[] = [
  ['PARTITION_PROJECTION', 'false'],
  ['PARQUET_TIMESTAMPS', 'micros'],
  ['PARQUET_ENCODER', 'glueless'],
];

function icebergConflicts(given: Environment): string[] {
  if (given['TABLE_FORMAT'] !== 'iceberg') return [];
  return icebergValues
    .filter(([name, value]) => given[name] !== undefined && given[name] !== value)
    .map(([name, value]) => `${name}: expected ${value} with TABLE_FORMAT=iceberg, got ${given[name]}`);
}
