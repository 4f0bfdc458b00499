import { describe, expect, it } from 'vitest';
import { createConfluentRegistry } from '../../../src/registry/confluent-registry.ts';

type Answers = Readonly<Record<string, { readonly status: number; readonly body: unknown }>>;

const missing = { status: 404, body: { error_code: 40_401, message: 'Subject not found.' } };
const found = (schema: string, references?: readonly object[]) => ({
  status: 200,
  body: { schema, ...(references && { references }) },
});
const reference = { name: 'x', subject: 'shared', version: 1 };

function registryOf(answers: Answers) {
  return createConfluentRegistry({
    get: async (path) => ({ url: 'https://registry', ...(answers[path] ?? { status: 404, body: 'no such page' }) }),
  });
}

describe('a schema that is asked for by its GUID', () => {
  const guid = '8f7c7ec3-70a1-4bd2-9d2e-6c6a27b0c0de';

  it('is found on the page of GUIDs', async () => {
    const registry = registryOf({ [`schemas/guids/${guid}`]: found('own') });
    expect(await registry.find(guid)).toMatchObject({ format: 'avro', text: 'own' });
  });

  it('is not there in a registry that knows no GUIDs, or not this one', async () => {
    expect(await registryOf({}).find(guid)).toBeUndefined();
    expect(await registryOf({ [`schemas/guids/${guid}`]: missing }).find(guid)).toBeUndefined();
  });
});

describe('a schema that refers to others', () => {
  it('comes with them, also with those whose subject was deleted', async () => {
    const registry = registryOf({
      'schemas/ids/6': found('own', [reference]),
      'subjects/shared/versions/1': missing,
      'subjects/shared/versions/1?deleted=true': found('of the deleted subject'),
    });
    expect(await registry.find('6')).toEqual({ format: 'avro', text: 'own', references: ['of the deleted subject'] });
  });

  it('is not there where the registry does not have one of them', async () => {
    const registry = registryOf({
      'schemas/ids/6': found('own', [reference]),
      'subjects/shared/versions/1': missing,
      'subjects/shared/versions/1?deleted=true': missing,
    });
    expect(await registry.find('6')).toBeUndefined();
  });

  it('can’t be read where the answer is none of a registry', async () => {
    const registry = registryOf({ 'schemas/ids/6': found('own', [reference]) });
    await expect(registry.find('6')).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY_UNAVAILABLE' });
  });
});
