import type { ObjectStore } from '../../src/consumer/ports/lake.ts';

/** A store whose process dies with the nth call that changes something: before it takes place, or after it. */
export function dyingStore(store: ObjectStore, diesAt: number, when: 'before' | 'after'): ObjectStore {
  let puts = 0;
  return {
    ...store,
    put: async (...given) => {
      const isLast = ++puts === diesAt;
      if (puts > diesAt || (isLast && when === 'before')) throw new Error('killed');
      const result = await store.put(...given);
      if (isLast) throw new Error('killed');
      return result;
    },
  };
}
