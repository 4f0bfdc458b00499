import type { ObjectStore } from '../../src/consumer/ports/lake.ts';

/** Requests that S3 would have had, by kind. */
export interface Requests {
  put: number;
  get: number;
  head: number;
  list: number;
  delete: number;
}

const keysPerPage = 1000;
const deletesPerRequest = 1000;

/** Passes calls on and counts the requests that S3 would have had for them: one for a thousand keys of a listing. */
export function countRequests(store: ObjectStore): { readonly store: ObjectStore; readonly requests: Requests } {
  const requests: Requests = { put: 0, get: 0, head: 0, list: 0, delete: 0 };
  const counted: ObjectStore = {
    uri: (key) => store.uri(key),
    put: async (...args) => {
      requests.put++;
      return store.put(...args);
    },
    get: async (key) => {
      requests.get++;
      return store.get(key);
    },
    head: async (key) => {
      requests.head++;
      return store.head(key);
    },
    getRange: async (...args) => {
      requests.get++;
      return store.getRange(...args);
    },
    list: async function* list(...args) {
      let keys = 0;
      requests.list++;
      for await (const info of store.list(...args)) {
        // the page after a full one is asked for with its first key
        if (keys > 0 && keys % keysPerPage === 0) requests.list++;
        keys++;
        yield info;
      }
    },
    delete: async (keys) => {
      requests.delete += Math.ceil(keys.length / deletesPerRequest);
      return store.delete(keys);
    },
  };
  return { store: counted, requests };
}

export function sumOf(requests: Requests): number {
  return Object.values(requests).reduce((sum, count) => sum + count, 0);
}
