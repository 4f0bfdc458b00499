import type { ObjectStore } from '../../consumer/ports/lake.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { findKey, keyOfUri } from '../object-uri.ts';

/** The files that a table's metadata names, in the store of its lake. */
export class TableFiles {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  uri(key: string): string {
    return this.#store.uri(key);
  }

  /** Gives the store's key of a file. Throws TABLE_MISMATCH for one outside of the lake. */
  keyOf(uri: string): string {
    return keyOfUri(this.#store, uri);
  }

  /** True for a file in the lake. */
  holds(uri: string): boolean {
    return findKey(this.#store, uri) !== undefined;
  }

  /** Rejects with STORE_MISSING when the file is not there. */
  async read(uri: string): Promise<Uint8Array> {
    const key = this.keyOf(uri);
    const stored = await this.#store.get(key);
    if (stored !== undefined) return stored.bytes;
    throw new PipelineError('STORE_MISSING', {
      message: `${uri}, which the table's metadata names, is not there`,
      retryable: false,
      details: { key },
      hint: 'restore it from an older version of the object',
    });
  }

  /** Writes a file under a name that nobody else uses, and gives its URI. */
  async write(key: string, bytes: Uint8Array): Promise<string> {
    await this.#store.put(key, bytes);
    return this.#store.uri(key);
  }
}
