import { z } from 'zod';
import type { ObjectStore } from '../consumer/ports/lake.ts';
import { mapAhead, readsAtOnce } from '../runtime/concurrency.ts';
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
  /** What was read or written last, so that a listing that tells versions saves reading again. */
  readonly #known = new Map<string, Stored<Value>>();

  /** `prefix` ends in `/`. */
  constructor(store: ObjectStore, prefix: string, schema: z.ZodType<Value>) {
    this.#store = store;
    this.#prefix = prefix;
    this.#schema = schema;
  }

  async get(id: string): Promise<Stored<Value> | undefined> {
    const key = this.#keyOf(id);
    const stored = await this.#store.get(key);
    return stored && this.#know({ id, value: this.#parse(key, stored.bytes), version: stored.version });
  }

  /** All documents whose id is `from` or follows it, by id. */
  async *list(from = ''): AsyncIterable<Stored<Value>> {
    // the dot of `.json` stands behind the id: the document `from` itself is not passed over
    const listed = this.#store.list(this.#prefix, from === '' ? {} : { startAfter: `${this.#prefix}${from}` });
    const infos = (await Array.fromAsync(listed)).filter(({ key }) => this.#idOf(key) !== undefined);
    const found = mapAhead(infos, readsAtOnce, async ({ key, version }) => {
      const id = this.#idOf(key) ?? '';
      const known = this.#known.get(id);
      return known !== undefined && known.version === version ? known : this.get(id);
    });
    for await (const each of found) if (each !== undefined) yield each;
  }

  /** Puts the document if it is still as `before` says, or not there; `undefined` when another process was first. */
  async put(id: string, value: Value, before?: Stored<Value>): Promise<Stored<Value> | undefined> {
    const key = this.#keyOf(id);
    const bytes = Buffer.from(`${JSON.stringify(z.encode(this.#schema, value))}\n`);
    const condition = before === undefined ? { ifAbsent: true as const } : { ifVersion: before.version };
    const result = await this.#store.put(key, bytes, condition);
    if (result.kind === 'stored') return this.#know({ id, value, version: result.version });
    // a lost answer of ours looks like a refusal
    const found = await this.#store.get(key);
    const isOurs = found !== undefined && Buffer.compare(found.bytes, bytes) === 0;
    return isOurs ? this.#know({ id, value, version: found.version }) : undefined;
  }

  /** Removes the document whatever it is by now; one that is not there is no error. */
  async remove(id: string): Promise<void> {
    await this.#store.delete([this.#keyOf(id)]);
    this.#known.delete(id);
  }

  #know(stored: Stored<Value>): Stored<Value> {
    this.#known.set(stored.id, stored);
    return stored;
  }

  /** `undefined` for a key that is no document's. */
  #idOf(key: string): string | undefined {
    const name = key.slice(this.#prefix.length);
    return name.endsWith('.json') && !name.includes('/') ? name.slice(0, -'.json'.length) : undefined;
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
