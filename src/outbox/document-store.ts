import { z } from 'zod';
import type { ObjectStore } from '../consumer/ports/lake.ts';
import { messageOf, PipelineError } from '../runtime/errors.ts';

/** A document, and the version that its next change must expect. */
export interface Stored<Value> {
  readonly id: string;
  readonly value: Value;
  readonly version: string;
}

/** Small JSON documents below one prefix of the lake, changed by compare-and-swap: any process may change any of them. Rejects with STORE_* and STATE_CORRUPT. */
export class DocumentStore<Value> {
  readonly #store: ObjectStore;
  readonly #prefix: string;
  readonly #schema: z.ZodType<Value>;

  /** `prefix` ends in `/`. */
  constructor(store: ObjectStore, prefix: string, schema: z.ZodType<Value>) {
    this.#store = store;
    this.#prefix = prefix;
    this.#schema = schema;
  }

  async get(id: string): Promise<Stored<Value> | undefined> {
    const key = this.#keyOf(id);
    const stored = await this.#store.get(key);
    return stored && { id, value: this.#parse(key, stored.bytes), version: stored.version };
  }

  /** All documents whose id is `from` or follows it, by id. */
  async *list(from = ''): AsyncIterable<Stored<Value>> {
    // `-` and digits stand before the dot of `.json`: the document `from` itself must not be passed over
    const startAfter = from === '' ? undefined : { startAfter: `${this.#prefix}${from}` };
    for await (const { key } of this.#store.list(this.#prefix, startAfter)) {
      const id = key.endsWith('.json') ? key.slice(this.#prefix.length, -'.json'.length) : undefined;
      const found = id === undefined || id.includes('/') ? undefined : await this.get(id);
      if (found !== undefined) yield found;
    }
  }

  /** Puts the document if it is still as `before` says, or not there; `undefined` when another process was first. */
  async put(id: string, value: Value, before?: Stored<Value>): Promise<Stored<Value> | undefined> {
    const key = this.#keyOf(id);
    const bytes = Buffer.from(`${JSON.stringify(z.encode(this.#schema, value))}\n`);
    const condition = before === undefined ? { ifAbsent: true as const } : { ifVersion: before.version };
    const result = await this.#store.put(key, bytes, condition);
    if (result.kind === 'stored') return { id, value, version: result.version };
    // a lost answer of ours looks like a refusal
    const found = await this.#store.get(key);
    const isOurs = found !== undefined && Buffer.compare(found.bytes, bytes) === 0;
    return isOurs ? { id, value, version: found.version } : undefined;
  }

  #keyOf(id: string): string {
    return `${this.#prefix}${id}.json`;
  }

  #parse(key: string, bytes: Uint8Array): Value {
    try {
      return this.#schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    } catch (error) {
      throw new PipelineError('STATE_CORRUPT', {
        message: `${key} can't be read: ${messageOf(error)}`,
        retryable: false,
        details: { key },
        hint: 'restore an older version of the object, or upgrade this process if a newer version wrote it',
      });
    }
  }
}
