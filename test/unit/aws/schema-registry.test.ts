import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { createGlueSchemaRegistry } from '../../../src/aws/glue/schema-registry.ts';

/** Stands in for Glue, which the emulator of the other tests has no schema registry for: answers GetSchemaVersion in AWS' JSON 1.1. */
async function startGlue(
  answerTo: (id: string) => { readonly status: number; readonly body: object },
): Promise<string> {
  const server = createServer((request, answer) => {
    const isKnown = request.headers['x-amz-target'] === 'AWSGlue.GetSchemaVersion';
    void json(request).then((asked) => {
      const { status, body } = isKnown ? answerTo(String(Object(asked).SchemaVersionId)) : { status: 404, body: {} };
      answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

const id = 'b73ae16c-d01c-416b-be0e-c2b4fb5b60ff';
const text = '{"type":"record","name":"R","fields":[]}';

async function find(status: number, body: object) {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'test';
  const endpoint = await startGlue((asked) => (asked === id ? { status, body } : { status: 500, body: {} }));
  return createGlueSchemaRegistry({ region: 'us-east-1', endpoint }).find(id);
}

it.each([
  ['AVRO', 'avro'],
  ['JSON', 'json'],
  ['PROTOBUF', 'protobuf'],
])('gives a schema of Glue’s registry by its version’s id: %s', async (DataFormat, format) => {
  const found = await find(200, { SchemaVersionId: id, SchemaDefinition: text, DataFormat, Status: 'AVAILABLE' });
  expect(found).toEqual({ format, text, references: [] });
});

it('says that there is none only when Glue says so', async () => {
  expect(
    await find(400, { __type: 'EntityNotFoundException', Message: 'Schema version is not found.' }),
  ).toBeUndefined();
});

it.each([
  ['AccessDeniedException', 400, 'SCHEMA_REGISTRY_DENIED', false],
  ['ThrottlingException', 400, 'SCHEMA_REGISTRY_UNAVAILABLE', true],
  ['InternalServiceException', 500, 'SCHEMA_REGISTRY_UNAVAILABLE', true],
  ['InvalidInputException', 400, 'SCHEMA_REGISTRY_UNAVAILABLE', false],
])('explains %s', async (name, status, code, retryable) => {
  await expect(find(status, { __type: name, Message: 'no' })).rejects.toMatchObject({ code, retryable });
});

it('waits for a schema that is being registered', async () => {
  const pending = { SchemaDefinition: text, DataFormat: 'AVRO', Status: 'PENDING' };
  await expect(find(200, pending)).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY_UNAVAILABLE', retryable: true });
});
