import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { createGlueCatalog } from '../../src/aws/glue-catalog.ts';
import { stepRunner } from '../../src/consumer/commit/step-runner.ts';
import { createMemoryObjectStore } from '../../src/lake/memory-object-store.ts';
import { jsonRecords, slicesOf } from '../support/chunks.ts';
import { createTestTools, testTable } from '../support/lake.ts';

const { endpoint, environment } = inject('stack').aws;
Object.assign(process.env, environment);

describe('ten consumers that bring different columns at once', () => {
  it('all succeed, and no column is lost', async () => {
    const options = { region: 'us-east-1', endpoint, database: `db_${randomUUID().slice(0, 8)}` };
    const store = createMemoryObjectStore();
    await Promise.all(
      Array.from({ length: 10 }, async (_, consumer) => {
        const tools = createTestTools({ store, catalog: createGlueCatalog(options) });
        const { writer, recipe } = tools;
        const step = stepRunner({ ...tools, random: Math.random, patienceMs: 60_000 });
        for (let batch = 0; batch < 3; batch++) {
          const record = { shared: 1, [`own_${consumer}_${batch}`]: 'x' };
          using decoded = await writer.decode(slicesOf(jsonRecords(record)), recipe);
          await step('settle', () => writer.settle(decoded, recipe));
        }
      }),
    );
    const table = await createGlueCatalog(options).load(testTable);
    const names = (table?.columns ?? []).map(({ name }) => name).filter((name) => name.startsWith('own_'));
    const expected = Array.from({ length: 30 }, (_, index) => `own_${Math.floor(index / 3)}_${index % 3}`);
    expect(names.toSorted()).toEqual(expected.toSorted());
  });
});
