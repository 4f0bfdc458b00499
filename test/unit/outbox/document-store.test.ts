import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { createMemoryObjectStore } from '../../../src/lake/store/memory-object-store.ts';
import { DocumentStore } from '../../../src/outbox/document-store.ts';

const schema = z.object({ count: z.number() });

function open(store = createMemoryObjectStore()) {
  return { store, documents: new DocumentStore(store, '_notes/', schema) };
}

describe('a document store', () => {
  it('lets one of two writers change a document, and tells the other', async () => {
    const { documents } = open();
    const first = await documents.put('a', { count: 1 });
    expect(await documents.put('a', { count: 2 })).toBeUndefined();
    expect(await documents.put('a', { count: 3 }, first)).toMatchObject({ value: { count: 3 } });
    expect(await documents.put('a', { count: 4 }, first)).toBeUndefined();
    expect((await documents.get('a'))?.value).toEqual({ count: 3 });
  });

  it('knows its own put again whose answer was lost', async () => {
    const { store } = open();
    const forgetful = new DocumentStore(
      {
        ...store,
        put: async (...given) => {
          await store.put(...given);
          return { kind: 'refused' };
        },
      },
      '_notes/',
      schema,
    );
    expect(await forgetful.put('a', { count: 1 })).toMatchObject({ id: 'a', value: { count: 1 } });
  });

  it('lists from an id on, that one included, and passes over what is no document', async () => {
    const { store, documents } = open();
    for (const id of ['2026-11-22T09', '2026-11-23T09', '2026-11-23T10']) await documents.put(id, { count: 1 });
    await store.put('_notes/2026-11-23T09.txt', Buffer.from('x'));
    await store.put('_notes/folder/2026-11-23T09.json', Buffer.from('x'));
    const ids = await Array.fromAsync(documents.list('2026-11-23T09'), ({ id }) => id);
    expect(ids).toEqual(['2026-11-23T09', '2026-11-23T10']);
    expect(await Array.fromAsync(documents.list(), ({ id }) => id)).toHaveLength(3);
  });

  it('names a document that it can’t read', async () => {
    const { store, documents } = open();
    await store.put('_notes/a.json', Buffer.from('{"count":"x"}'));
    await expect(documents.get('a')).rejects.toMatchObject({
      code: 'STATE_CORRUPT',
      message: expect.stringContaining('_notes/a.json'),
    });
  });
});
