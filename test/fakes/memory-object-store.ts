import type { ObjectStore } from '../../src/consumer/ports/lake.ts';
import { PipelineError } from '../../src/runtime/errors.ts';

/** Objects in memory with the refusals of S3. */
export function createMemoryObjectStore(): ObjectStore {
  const objects = new Map<string, { bytes: Uint8Array; version: string }>();
  let writes = 0;
  const sortedKeys = (): string[] =>
    [...objects.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return {
    uri: (key) => `memory:///${key}`,
    put: async (key, bytes, condition) => {
      const present = objects.get(key);
      if (condition !== undefined) {
        const holds = 'ifAbsent' in condition ? present === undefined : present?.version === condition.ifVersion;
        if (!holds) return { kind: 'refused' };
      }
      const version = String(++writes);
      objects.set(key, { bytes: Uint8Array.from(bytes), version });
      return { kind: 'stored', version };
    },
    get: async (key) => objects.get(key),
    head: async (key) => {
      const present = objects.get(key);
      return present && { key, size: present.bytes.length };
    },
    getRange: async (key, start, end) => {
      const present = objects.get(key);
      if (present === undefined)
        throw new PipelineError('STORE_MISSING', { message: `${key} is not there`, retryable: false });
      return present.bytes.slice(start, end);
    },
    list: async function* list(prefix, { startAfter = '', limit = Infinity } = {}) {
      const after = Buffer.from(startAfter);
      const keys = sortedKeys().filter((key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), after) > 0);
      for (const key of keys.slice(0, limit)) yield { key, size: objects.get(key)?.bytes.length ?? 0 };
    },
    delete: async (keys) => {
      for (const key of keys) objects.delete(key);
    },
  };
}
