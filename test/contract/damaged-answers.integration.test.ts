import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { createGlueCatalog } from '../../src/aws/glue/glue-catalog.ts';
import { createS3ObjectStore } from '../../src/aws/s3/s3-object-store.ts';
import { flipBit, startFaultyProxy, type Fault } from '../support/faulty-proxy.ts';

const { endpoint, bucket, environment } = inject('stack').aws;
Object.assign(process.env, environment);

/** A store whose requests all meet the fault from now on, once it is set. */
async function openStore() {
  let fault: Fault | undefined;
  const proxy = await startFaultyProxy(endpoint, () => fault);
  const store = createS3ObjectStore({ region: 'us-east-1', endpoint: proxy.endpoint, bucket, prefix: randomUUID() });
  await store.put('a/1.json', Buffer.from('x'.repeat(1000)), { ifAbsent: true });
  await store.put('a/2.json', Buffer.from('y'));
  const meet = (next: Fault | undefined): void => {
    fault = next;
  };
  return { store, proxy, meet };
}

const passing = { code: 'STORE_UNAVAILABLE', retryable: true };
const errorBody = (): Buffer => Buffer.from('<Error><Code>InternalError</Code><Message>x</Message></Error>');

describe('an answer of S3 that arrives damaged', () => {
  it.each<[string, Fault]>([
    ['cut off', { kind: 'cut-answer' }],
    ['with another bit', { kind: 'changed', answer: flipBit }],
    ['reset', { kind: 'reset' }],
  ])('is no object: %s', async (_how, fault) => {
    const { store, proxy, meet } = await openStore();
    meet(fault);
    await expect(store.get('a/1.json')).rejects.toMatchObject(passing);
    expect(proxy.faults()).toBeGreaterThan(0);
  });

  it.each<[string, Fault]>([
    ['cut off', { kind: 'cut-answer' }],
    ['half of it', { kind: 'changed', answer: (body) => body.subarray(0, body.length >> 1) }],
    ['an error under status 200', { kind: 'changed', answer: errorBody }],
    ['empty', { kind: 'changed', answer: () => Buffer.alloc(0) }],
    ['without an object that it counts', { kind: 'changed', answer: withoutFirst }],
  ])('is no listing: %s', async (_how, fault) => {
    const { store, proxy, meet } = await openStore();
    meet(fault);
    await expect(Array.fromAsync(store.list('a/'))).rejects.toMatchObject(passing);
    expect(proxy.faults()).toBeGreaterThan(0);
  });

  it('is no range of an object when it is cut off', async () => {
    const { store, meet } = await openStore();
    meet({ kind: 'cut-answer' });
    await expect(store.getRange('a/1.json', 0, 500)).rejects.toMatchObject(passing);
  });
});

describe('an answer that is cut off twice', () => {
  it('is asked for again', async () => {
    let cuts = 0;
    const proxy = await startFaultyProxy(endpoint, () => (cuts-- > 0 ? { kind: 'cut-answer' } : undefined));
    const store = createS3ObjectStore({ region: 'us-east-1', endpoint: proxy.endpoint, bucket, prefix: randomUUID() });
    const key = 'a/1.json';
    await store.put(key, Buffer.from('x'.repeat(1000)));
    const twice = async <T>(work: () => Promise<T>): Promise<T> => {
      cuts = 2;
      return work();
    };
    expect((await twice(() => store.get(key)))?.bytes).toHaveLength(1000);
    expect(await twice(() => store.getRange(key, 0, 500))).toHaveLength(500);
    expect(await twice(() => Array.fromAsync(store.list('a/')))).toHaveLength(1);
    expect(proxy.faults()).toBe(6);
  });
});

describe('an object that arrives at S3 damaged', () => {
  it('is refused and can be sent again', async () => {
    const { store, meet } = await openStore();
    meet({ kind: 'changed', request: flipBit });
    await expect(store.put('a/3.json', Buffer.from('z'.repeat(1000)))).rejects.toMatchObject(passing);
    meet(undefined);
    expect(await store.get('a/3.json')).toBeUndefined();
  });
});

describe('an answer of Glue that arrives empty', () => {
  it('is neither a missing table nor a table without partitions', async () => {
    let fault: Fault | undefined;
    const proxy = await startFaultyProxy(endpoint, () => fault);
    const catalog = createGlueCatalog({ region: 'us-east-1', endpoint: proxy.endpoint, database: `d${Date.now()}` });
    await catalog.create({
      name: 't',
      columns: [{ name: 'a', type: { kind: 'string' } }],
      partitionKeys: [],
      location: 's3://b/t/',
      parameters: {},
    });
    fault = { kind: 'changed', answer: () => Buffer.from('{}') };
    const unavailable = { code: 'CATALOG_UNAVAILABLE', retryable: true };
    await expect(catalog.load('t')).rejects.toMatchObject(unavailable);
    await expect(Array.fromAsync(catalog.listPartitions('t'))).rejects.toMatchObject(unavailable);
  });
});

function withoutFirst(body: Buffer): Buffer {
  return Buffer.from(body.toString().replace(/<Contents>.*?<\/Contents>/s, ''));
}
