import type { ObjectStore } from '../../src/consumer/ports/lake.ts';

export interface RequestCounts {
  get: number;
  put: number;
  head: number;
  /** Pages of a thousand keys, as S3 answers them. */
  list: number;
}

const pageKeys = 1000;

/** Counts what S3 would count as requests. */
export function countingStore(store: ObjectStore): { readonly store: ObjectStore; readonly counts: RequestCounts } {
  const counts: RequestCounts = { get: 0, put: 0, head: 0, list: 0 };
  const counted: ObjectStore = {
    ...store,
    get: (key) => {
      counts.get++;
      return store.get(key);
    },
    put: (key, bytes, condition) => {
      counts.put++;
      return store.put(key, bytes, condition);
    },
    head: (key) => {
      counts.head++;
      return store.head(key);
    },
    list: async function* list(prefix, options) {
      let keys = 0;
      for await (const info of store.list(prefix, options)) {
        if (keys++ % pageKeys === 0) counts.list++;
        yield info;
      }
      if (keys === 0) counts.list++;
    },
  };
  return { store: counted, counts };
}

export function totalOf({ get, put, head, list }: RequestCounts): number {
  return get + put + head + list;
}
