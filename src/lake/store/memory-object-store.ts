import { crc32 } from 'node:zlib';
import type { ObjectInfo, ObjectStore } from '../../consumer/ports/lake.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { compareUtf8 } from './compare-utf8.ts';

interface MemoryObject {
  readonly bytes: Uint8Array;
  readonly version: string;
  readonly crc32: number;
}

/** An object store in memory that refuses what S3 refuses: for trials, measurements and tests. */
export function createMemoryObjectStore(): ObjectStore {
  const objects = new Map<string, MemoryObject>();
  let writes = 0;
  return {
    uri: (key) => `memory:///${key}`,
    put: async (key, bytes, condition) => {
      const present = objects.get(key);
      if (condition !== undefined) {
        const holds = 'ifAbsent' in condition ? present === undefined : present?.version === condition.ifVersion;
        if (!holds) return { kind: 'refused' };
      }
      const version = String(++writes);
      objects.set(key, { bytes: Uint8Array.from(bytes), version, crc32: crc32(bytes) });
      return { kind: 'stored', version };
    },
    get: async (key) => objects.get(key),
    head: async (key) => {
      const present = objects.get(key);
      return present && { key, size: present.bytes.length, version: present.version, crc32: present.crc32 };
    },
    getRange: async (key, start, end) => {
      const present = objects.get(key);
      if (present === undefined)
        throw new PipelineError('STORE_MISSING', { message: `${key} is not there`, retryable: false });
      return present.bytes.slice(start, end);
    },
    list: (prefix, options) => list(objects, prefix, options),
    delete: async (keys) => {
      for (const key of keys) objects.delete(key);
    },
  };
}

async function* list(
  objects: ReadonlyMap<string, MemoryObject>,
  prefix: string,
  { startAfter = '', limit = Infinity }: { readonly startAfter?: string; readonly limit?: number } = {},
): AsyncIterable<ObjectInfo> {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && compareUtf8(key, startAfter) > 0);
  for (const key of keys.sort(compareUtf8).slice(0, limit)) {
    const found = objects.get(key);
    if (found !== undefined) yield { key, size: found.bytes.length, version: found.version };
  }
}
