import { z } from 'zod';
import type { RegisteredSchema, SchemaRegistry } from '../consumer/ports/schema-registry.ts';
import { PipelineError } from '../runtime/errors.ts';
import type { RegistryAnswer, RegistryClient } from './registry-client.ts';

/** https://docs.confluent.io/platform/current/schema-registry/develop/api.html */
const schemaAnswer = z.object({
  schema: z.string(),
  /** Left out for Avro. */
  schemaType: z.string().optional(),
  references: z.array(z.object({ subject: z.string(), version: z.number().int() })).optional(),
});
const errorAnswer = z.object({ error_code: z.number(), message: z.string().optional() });

/** Error codes of the registry for what it does not have: subject, version, schema. */
const notFound = { subject: 40_401, version: 40_402, schema: 40_403 };
/** Most schemas that one refers to, together with those that these refer to. */
const referencesMax = 500;

/** Reads schemas of Confluent's registry, or of one that answers as it does (Karapace, Apicurio, Redpanda). */
export function createConfluentRegistry(client: RegistryClient): SchemaRegistry {
  return {
    find: async (id) => {
      const path = `schemas/ids/${id}`;
      const answer = await client.get(path);
      if (answer.status === 404 && errorCodeOf(answer) === notFound.schema) return undefined;
      const { schema: text, schemaType = 'AVRO', references = [] } = read(answer, path);
      const format = formatOf(schemaType);
      const found = new References(client);
      if (format === 'avro') for (const reference of references) await found.add(reference);
      return { format, text, references: found.texts };
    },
  };
}

type SchemaAnswer = z.infer<typeof schemaAnswer>;

/** Collects schemas, each behind those that it refers to. */
class References {
  readonly texts: string[] = [];
  readonly #client: RegistryClient;
  readonly #seen = new Set<string>();

  constructor(client: RegistryClient) {
    this.#client = client;
  }

  async add({ subject, version }: NonNullable<SchemaAnswer['references']>[number]): Promise<void> {
    const path = `subjects/${encodeURIComponent(subject)}/versions/${version}`;
    if (this.#seen.has(path) || this.#seen.size >= referencesMax) return;
    this.#seen.add(path);
    const { schema, references = [] } = read(await this.#client.get(path), path);
    for (const reference of references) await this.add(reference);
    this.texts.push(schema);
  }
}

function formatOf(schemaType: string): RegisteredSchema['format'] {
  if (schemaType === 'AVRO') return 'avro';
  return schemaType === 'JSON' ? 'json' : 'protobuf';
}

function read(answer: RegistryAnswer, path: string): SchemaAnswer {
  const { status, body, url } = answer;
  if (status === 401 || status === 403)
    throw new PipelineError('SCHEMA_REGISTRY_DENIED', {
      message: `${url}: the schema registry answers ${status} to ${path}`,
      retryable: false,
      details: { status, path },
      hint: 'check SCHEMA_REGISTRY_USERNAME and its password, and that this user may read all subjects',
    });
  if (status !== 200) throw unavailable(answer, path);
  const parsed = schemaAnswer.safeParse(body);
  if (!parsed.success) throw unavailable(answer, path);
  return parsed.data;
}

function errorCodeOf({ body }: RegistryAnswer): number | undefined {
  return errorAnswer.safeParse(body).data?.error_code;
}

function unavailable({ status, url, body }: RegistryAnswer, path: string): PipelineError {
  const said = errorAnswer.safeParse(body).data?.message;
  const isStrange = status < 500 && status !== 408 && status !== 429;
  return new PipelineError('SCHEMA_REGISTRY_UNAVAILABLE', {
    message: `${url}: the schema registry answers ${status} to ${path}${said === undefined ? '' : `: ${said.slice(0, 200)}`}`,
    retryable: !isStrange,
    details: { status, path },
    ...(isStrange && { hint: 'check SCHEMA_REGISTRY_URL: this is no answer of a schema registry' }),
  });
}
