import { describe, expect, it } from 'vitest';
import { checkConditionalWrites } from '../../src/consumer/ledger/conditional-writes.ts';
import { createMemoryObjectStore } from '../fakes/memory-object-store.ts';
import { openTestLake } from '../support/lake.ts';
import { describeObjectStore } from './object-store-contract.ts';

describeObjectStore('in memory', async () => createMemoryObjectStore());
describeObjectStore('local lake', async () => (await openTestLake()).store);

describe('a local lake', () => {
  it.each(['../outside', 'a/../../b', '/etc/passwd', 'a//b', ''])('refuses the key %j', async (key) => {
    const { store } = await openTestLake();
    await expect(store.put(key, Buffer.from('x'))).rejects.toMatchObject({ code: 'STORE_DENIED' });
  });
});

describe('the check for conditional writes', () => {
  it('refuses a store that ignores If-None-Match', async () => {
    const store = createMemoryObjectStore();
    const careless = { ...store, put: (key: string, bytes: Uint8Array) => store.put(key, bytes) };
    await expect(checkConditionalWrites(careless, 'p')).rejects.toMatchObject({ code: 'STORE_UNCONDITIONAL' });
  });

  it('refuses a store that ignores If-Match', async () => {
    const store = createMemoryObjectStore();
    const careless: typeof store = {
      ...store,
      put: (key, bytes, condition) =>
        condition !== undefined && 'ifVersion' in condition ? store.put(key, bytes) : store.put(key, bytes, condition),
    };
    await expect(checkConditionalWrites(careless, 'p')).rejects.toMatchObject({ code: 'STORE_UNCONDITIONAL' });
  });
});
