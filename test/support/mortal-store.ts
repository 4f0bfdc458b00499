import type { ObjectStore } from '../../src/consumer/ports/lake.ts';

/** A store as a process has it that dies at its nth write or deletion: nothing that it asks for afterwards happens. */
export function mortalStore(
  store: ObjectStore,
  nth: number,
  phase: 'before' | 'after',
): ObjectStore & { readonly isDead: boolean } {
  let writes = 0;
  const dead = new Error('the process is dead');
  const alive = <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) => {
    return async (...args: Args): Promise<T> => {
      if (writes >= nth) throw dead;
      return work(...args);
    };
  };
  const changing = <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
    alive(async (...args: Args): Promise<T> => {
      const isLast = ++writes === nth;
      if (isLast && phase === 'before') throw dead;
      const result = await work(...args);
      if (isLast) throw dead;
      return result;
    });
  const remove = changing(store.delete);
  return {
    ...store,
    get isDead() {
      return writes >= nth;
    },
    get: alive(store.get),
    head: alive(store.head),
    getRange: alive(store.getRange),
    put: changing(store.put),
    ...(store.putFile && { putFile: changing(store.putFile) }),
    delete: async (keys) => (keys.length === 0 ? store.delete(keys) : remove(keys)),
  };
}
