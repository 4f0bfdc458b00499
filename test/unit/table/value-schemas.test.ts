import { describe, expect, it } from 'vitest';
import { avroEncoder, confluentFrame } from '../../../bench/support/avro-encoder.ts';
import type { Recipe } from '../../../src/consumer/ledger/entry/recipe.ts';
import type { RegisteredSchema } from '../../../src/consumer/ports/schema-registry.ts';
import { ValueSchemas } from '../../../src/consumer/table/decode/value-schemas.ts';
import { PipelineError } from '../../../src/runtime/errors.ts';
import { chunkOf } from '../../support/chunks.ts';
import { createTestTools, openTestLake, testRecipe } from '../../support/lake.ts';
import { TestClock } from '../../support/test-clock.ts';

const schema = { type: 'record', name: 'R', fields: [{ name: 'id', type: 'long' }] };
const registered: RegisteredSchema = { format: 'avro', text: JSON.stringify(schema), references: [] };
const value = (schemaId: number): Buffer => confluentFrame(schemaId, avroEncoder(schema)({ id: 1n }));
const slicesOf = (...ids: readonly number[]) => {
  const chunk = chunkOf(ids.map((id) => ({ value: value(id) })));
  return [{ chunk, first: 0, end: chunk.count }];
};
const recipe: Recipe = { ...testRecipe, valueFormat: 'avro' };

function registryOf(known: Set<string>) {
  const asked: string[] = [];
  const find = async (id: string) => {
    asked.push(id);
    return known.has(id) ? registered : undefined;
  };
  return { asked, registries: new Map([['confluent' as const, { find }]]) };
}

describe('the schemas of a recipe', () => {
  it('are those that the registry has, in the order of the records; an unknown one is asked for twice', async () => {
    const clock = new TestClock();
    const { asked, registries } = registryOf(new Set(['2', '1']));
    const schemas = new ValueSchemas(registries, clock);
    expect(await schemas.pin(slicesOf(2, 9, 1, 2), recipe)).toEqual({
      ...recipe,
      schemas: ['confluent/2', 'confluent/1'],
    });
    expect(asked.toSorted()).toEqual(['1', '2', '9', '9']);
    await schemas.pin(slicesOf(9, 1), recipe);
    expect(asked).toHaveLength(4);
  });

  it('stay what they were when a claim was made, though the registry knows more by then', async () => {
    const known = new Set(['1']);
    const { registries } = registryOf(known);
    const { writer } = createTestTools({ ...(await openTestLake()), writer: { registries } });
    const slices = slicesOf(1, 9);
    const claimed = await writer.pinSchemas(slices, recipe);
    known.add('9');
    expect(await writer.pinSchemas(slices, claimed)).toBe(claimed);
    using again = await writer.decode(slices, claimed);
    expect([again.rowCount, again.rejects.map(({ reason }) => reason)]).toEqual([1, ['unknown-schema']]);
  });

  it('must be there when a claim is fulfilled: else nothing is made of its records', async () => {
    const { registries } = registryOf(new Set());
    const schemas = new ValueSchemas(registries, new TestClock());
    const claimed = { ...recipe, schemas: ['confluent/1'] };
    await expect(schemas.pin(slicesOf(1), claimed)).rejects.toMatchObject({ code: 'SCHEMA_MISSING', retryable: false });
  });

  it('are nobody’s guess while the registry does not answer', async () => {
    const down = new PipelineError('SCHEMA_REGISTRY_UNAVAILABLE', { message: 'down', retryable: true });
    const registries = new Map([['confluent' as const, { find: () => Promise.reject(down) }]]);
    await expect(new ValueSchemas(registries, new TestClock()).pin(slicesOf(1), recipe)).rejects.toBe(down);
  });
});
