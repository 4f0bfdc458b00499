import type { RegistryName } from '../../consumer/ports/schema-registry.ts';
import type { RegistrySettings } from '../config/settings/registry-settings.ts';
import { openRegistries } from './open-registries.ts';

/** Ids that no schema is likely to have: the largest one, and a UUID of nothing. */
const unlikelyIds: Readonly<Record<RegistryName, string>> = {
  confluent: '2147483647',
  glue: '00000000-0000-4000-8000-000000000000',
};

/**
 * Asks each registry for a schema that it hardly has: whatever it answers shows that address, certificate, login and rights are good.
 * Answers in words; rejects with SCHEMA_REGISTRY_*.
 */
export async function tryRegistries(settings: RegistrySettings): Promise<string> {
  const found: string[] = [];
  for (const [name, registry] of await openRegistries(settings)) {
    await registry.find(unlikelyIds[name]);
    found.push(name === 'confluent' ? (settings.url ?? name) : 'AWS Glue’s');
  }
  return `${found.join(' and ')} may be read`;
}
