import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/app/config/settings.ts';
import { openRegistries } from '../../../src/app/kafka/open-registries.ts';
import { tryRegistries } from '../../../src/app/kafka/try-registries.ts';
import type { SchemaRegistry } from '../../../src/consumer/ports/schema-registry.ts';
import { createAuthority } from '../../../src/pki/authority.ts';
import { temporaryFolder } from '../../support/lake.ts';
import { startSchemaRegistry, type StandInOptions } from '../../support/schema-registry.ts';

const reading = { type: 'record', name: 'Reading', fields: [{ name: 'id', type: 'long' }] };
const schemas: StandInOptions['schemas'] = new Map([
  [1, { schema: reading }],
  [2, { schema: '{"type":"object"}', schemaType: 'JSON' }],
  [3, { schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' }],
  [4, { schema: { type: 'array', items: 'h.Ward' }, references: [{ name: 'h.Ward', subject: 'a/b', version: 2 }] }],
]);
const subjects: StandInOptions['subjects'] = new Map([
  ['a/b/2', { schema: { type: 'array', items: 'h.Bed' }, references: [{ name: 'h.Bed', subject: 'bed', version: 1 }] }],
  ['bed/1', { schema: { type: 'enum', name: 'h.Bed', symbols: ['A'] } }],
]);

/** The registry as the program opens it. */
async function open(url: string, environment: Readonly<Record<string, string>> = {}): Promise<SchemaRegistry> {
  const settings = readSettings({ VALUE_FORMAT: 'avro', SCHEMA_REGISTRY_URL: url, ...environment });
  const found = (await openRegistries(settings.registry)).get('confluent');
  if (found === undefined) throw new Error('no registry');
  return found;
}

describe('Confluent’s schema registry', () => {
  it('gives a schema by its id, with the format it has', async () => {
    const { url } = await startSchemaRegistry({ schemas });
    const registry = await open(`${url}/`);
    expect(await registry.find('1')).toEqual({ format: 'avro', text: JSON.stringify(reading), references: [] });
    expect(await registry.find('2')).toMatchObject({ format: 'json' });
    expect(await registry.find('3')).toMatchObject({ format: 'protobuf' });
    expect(await registry.find('5')).toBeUndefined();
  });

  it('gives schemas that one refers to, each behind those that it needs', async () => {
    const { url, asked } = await startSchemaRegistry({ schemas, subjects });
    const found = await (await open(url)).find('4');
    expect(found?.references.map((text): unknown => JSON.parse(text))).toMatchObject([
      { name: 'h.Bed' },
      { items: 'h.Bed' },
    ]);
    expect(asked).toEqual(['/schemas/ids/4', '/subjects/a/b/versions/2', '/subjects/bed/versions/1']);
  });

  it('is asked with user and password, read anew for each request', async () => {
    const { url } = await startSchemaRegistry({ schemas, login: 'reader:secret2' });
    const file = join(await temporaryFolder(), 'password');
    await writeFile(file, 'secret1\n');
    const registry = await open(url, { SCHEMA_REGISTRY_USERNAME: 'reader', SCHEMA_REGISTRY_PASSWORD_FILE: file });
    await expect(registry.find('1')).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY_DENIED', retryable: false });
    await writeFile(file, 'secret2\n');
    expect(await registry.find('1')).toBeDefined();
  });

  it.each([
    ['is down for now', { status: 503, body: '' }, true],
    ['has lost its store', { status: 500, body: '{"error_code":50001,"message":"Error in the backend"}' }, true],
    ['is busy', { status: 429, body: '{"error_code":429}' }, true],
    ['is something else', { status: 404, body: '<html>' }, false],
    ['has another path', { status: 404, body: '{"error_code":404,"message":"HTTP 404 Not Found"}' }, false],
    ['is a page to log in', { status: 200, body: '<html>' }, false],
    ['moved', { status: 302, body: '' }, false],
  ])('that %s makes nobody think that a schema is unknown', async (_, failure, retryable) => {
    const standIn = await startSchemaRegistry({ schemas });
    standIn.failure = failure;
    const registry = await open(standIn.url);
    await expect(registry.find('1')).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY_UNAVAILABLE', retryable });
    standIn.failure = undefined;
    expect(await registry.find('1')).toBeDefined();
  });

  it('that does not listen is waited for', async () => {
    const registry = await open('http://127.0.0.1:9');
    await expect(registry.find('1')).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY_UNAVAILABLE', retryable: true });
  });

  it('is verified over TLS, and asked with a certificate where one is configured', async () => {
    const authority = await createAuthority('test');
    const [server, client] = [
      await authority.issue({ commonName: 'registry', hosts: ['localhost'] }),
      await authority.issue({ commonName: 'reader' }),
    ];
    const { url } = await startSchemaRegistry({ schemas, tls: server });
    const folder = await temporaryFolder();
    const files = { ca: server.ca, cert: client.cert, key: client.key };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const trust = { SCHEMA_REGISTRY_TLS_CA_FILE: join(folder, 'ca') };
    await expect((await open(url)).find('1')).rejects.toMatchObject({ retryable: false });
    await expect((await open(url.replace('localhost', '127.0.0.1'), trust)).find('1')).rejects.toMatchObject({
      code: 'SCHEMA_REGISTRY_UNAVAILABLE',
      retryable: false,
    });
    await expect((await open(url, trust)).find('1')).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY_UNAVAILABLE' });
    const own = {
      SCHEMA_REGISTRY_TLS_CERT_FILE: join(folder, 'cert'),
      SCHEMA_REGISTRY_TLS_KEY_FILE: join(folder, 'key'),
    };
    expect(await (await open(url, { ...trust, ...own })).find('1')).toBeDefined();
  });
});

describe('the doctor’s look at the registry', () => {
  const lookAt = (url: string, password: string) =>
    tryRegistries(
      readSettings({
        VALUE_FORMAT: 'avro',
        SCHEMA_REGISTRY_URL: url,
        SCHEMA_REGISTRY_USERNAME: 'reader',
        SCHEMA_REGISTRY_PASSWORD: password,
      }).registry,
    );

  it('says that it may be read, or why not, and needs no schema for that', async () => {
    const { url } = await startSchemaRegistry({ schemas: new Map(), login: 'reader:secret' });
    expect(await lookAt(url, 'secret')).toBe(`${url} may be read`);
    await expect(lookAt(url, 'wrong')).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY_DENIED' });
  });
});

describe('the registry’s variables', () => {
  it.each([
    [{ VALUE_FORMAT: 'avro' }, 'VALUE_FORMAT=avro: expected SCHEMA_REGISTRY_URL or SCHEMA_REGISTRY_GLUE=true too'],
    [{ SCHEMA_REGISTRY_URL: 'https://r' }, 'SCHEMA_REGISTRY_URL: expected VALUE_FORMAT=avro too'],
    [{ VALUE_FORMAT: 'avro', SCHEMA_REGISTRY_URL: 'https://u:p@r' }, 'without user and password, got (not shown)'],
    [
      {
        VALUE_FORMAT: 'avro',
        SCHEMA_REGISTRY_URL: 'http://registry:8081',
        SCHEMA_REGISTRY_USERNAME: 'u',
        SCHEMA_REGISTRY_PASSWORD: 'p',
      },
      'SCHEMA_REGISTRY_PASSWORD: expected https:// in SCHEMA_REGISTRY_URL, got http://',
    ],
    [
      { VALUE_FORMAT: 'avro', SCHEMA_REGISTRY_URL: 'https://r', SCHEMA_REGISTRY_USERNAME: 'u' },
      'SCHEMA_REGISTRY_USERNAME: expected SCHEMA_REGISTRY_PASSWORD or',
    ],
    [
      { VALUE_FORMAT: 'avro', SCHEMA_REGISTRY_GLUE: 'true', SCHEMA_REGISTRY_TLS_CA_FILE: 'x' },
      'SCHEMA_REGISTRY_TLS_CA_FILE: expected SCHEMA_REGISTRY_URL too',
    ],
  ])('that contradict each other are refused: %j', (environment, problem) => {
    expect(() => readSettings(environment)).toThrow(problem);
  });
});
