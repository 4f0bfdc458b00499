import type { ObjectStore } from '../../src/consumer/ports/lake.ts';

/**
 * A store as a process has it that dies at its nth write or deletion: nothing that it asks for afterwards happens, and what it has asked for before has
 * happened when it is dead.
 */
export function mortalStore(
  store: ObjectStore,
  nth: number,
  phase: 'before' | 'after',
): ObjectStore & { readonly isDead: boolean } {
  let writes = 0;
  const underWay = new Set<Promise<unknown>>();
  const die = async (): Promise<never> => {
    await Promise.allSettled(underWay);
    throw new Error('the process is dead');
  };
  const alive = <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) => {
    return async (...args: Args): Promise<T> => {
      return writes >= nth ? die() : work(...args);
    };
  };
  const changing = <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
    alive(async (...args: Args): Promise<T> => {
      const isLast = ++writes === nth;
      if (isLast && phase === 'before') return die();
      const working = work(...args);
      underWay.add(working);
      const result = await working.finally(() => underWay.delete(working));
      return isLast ? die() : result;
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
