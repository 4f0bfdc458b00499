import { z } from 'zod';
import type { RegisteredSchema, SchemaRegistry } from '../consumer/ports/schema-registry.ts';
import { PipelineError } from '../runtime/errors.ts';
import {
  createRegistryClient,
  type RegistryAnswer,
  type RegistryClient,
  type RegistryClientOptions,
} from './registry-client.ts';

/** https://docs.confluent.io/platform/current/schema-registry/develop/api.html */
const schemaAnswer = z.object({
  schema: z.string(),
  /** Left out for Avro. */
  schemaType: z.string().optional(),
  references: z.array(z.object({ subject: z.string(), version: z.number().int() })).optional(),
});
const errorAnswer = z.object({ error_code: z.number(), message: z.string().optional() });

/** Error codes of the registry for what it does not have: a subject, a version, a schema. */
const notFound: ReadonlySet<number> = new Set([40_401, 40_402, 40_403]);
/** Most schemas that one refers to, together with those that these refer to. */
const referencesMax = 500;

/** Opens the registry at an address: Confluent's, or one that answers as it does. */
export function openConfluentRegistry(options: RegistryClientOptions): SchemaRegistry {
  return createConfluentRegistry(createRegistryClient(options));
}

/** Reads schemas of Confluent's registry, or of one that answers as it does (Karapace, Apicurio, Redpanda). */
export function createConfluentRegistry(client: RegistryClient): SchemaRegistry {
  return {
    find: async (id) => {
      const isGuid = id.includes('-', 1);
      const path = `schemas/${isGuid ? 'guids' : 'ids'}/${id}`;
      const answer = await client.get(path);
      // a registry older than GUIDs has no such page
      if (isNotFound(answer) || (isGuid && answer.status === 404)) return undefined;
      const { schema: text, schemaType = 'AVRO', references = [] } = read(answer, path);
      const format = formatOf(schemaType);
      const found = new References(client);
      if (format === 'avro' && !(await found.addAll(references))) return undefined;
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

  /** Answers with false when the registry does not have one of them. */
  async addAll(references: NonNullable<SchemaAnswer['references']>): Promise<boolean> {
    for (const reference of references) if (!(await this.#add(reference))) return false;
    return true;
  }

  async #add({ subject, version }: NonNullable<SchemaAnswer['references']>[number]): Promise<boolean> {
    const path = `subjects/${encodeURIComponent(subject)}/versions/${version}`;
    if (this.#seen.has(path) || this.#seen.size >= referencesMax) return true;
    this.#seen.add(path);
    const answer = await this.#get(path);
    if (isNotFound(answer)) return false;
    const { schema, references = [] } = read(answer, path);
    if (!(await this.addAll(references))) return false;
    this.texts.push(schema);
    return true;
  }

  /** Asks for a subject that was deleted as well: schemas that refer to it are still there. */
  async #get(path: string): Promise<RegistryAnswer> {
    const answer = await this.#client.get(path);
    return isNotFound(answer) ? this.#client.get(`${path}?deleted=true`) : answer;
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

/** Tells whether the registry says that it does not have what was asked for. */
function isNotFound({ status, body }: RegistryAnswer): boolean {
  return status === 404 && notFound.has(errorAnswer.safeParse(body).data?.error_code ?? 0);
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
