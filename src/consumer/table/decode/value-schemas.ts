import { AvroSchema } from '../../../avro/avro-schema.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { mapConcurrently } from '../../../runtime/concurrency.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { schemaKeyInHeader } from '../../batch/schema-header.ts';
import { frameOf, schemaKeyOf } from '../../batch/value-frame.ts';
import type { ValueSchema } from '../../batch/read-avro-values.ts';
import type { Recipe } from '../../ledger/entry/recipe.ts';
import type { ChunkSlice, RecordChunk } from '../../ports/record-chunk.ts';
import {
  registryNames,
  type RegisteredSchema,
  type RegistryName,
  type SchemaRegistries,
} from '../../ports/schema-registry.ts';

/** An id that the registry does not have may be a new one that not all of its nodes know yet. */
const askAgainMs = 1000;
/** An id that is still unknown is asked for anew after this long. */
const unknownForMs = 60_000;
const unknownMax = 10_000;
/** Most requests at the same time. */
const requestsMax = 8;

/** Schemas by the keys that frames and headers name, each asked for once: the schema of a key never changes. */
export class ValueSchemas {
  readonly #registries: SchemaRegistries;
  readonly #clock: Clock;
  readonly #known = new Map<string, ValueSchema>();
  /** Keys that no registry has, and when that was found. */
  readonly #unknown = new Map<string, number>();

  constructor(registries: SchemaRegistries, clock: Clock) {
    this.#registries = registries;
    this.#clock = clock;
  }

  /** Gives a schema that was loaded before. */
  get(key: string): ValueSchema | undefined {
    return this.#known.get(key);
  }

  /**
   * Loads the schemas that the records name. Answers with the recipe by which they can be decoded: it lists the schemas that there are. Records of
   * others become dead letters, by whoever goes by the recipe, whatever the registry has by then. Rejects with SCHEMA_MISSING where the
   * recipe lists one that is gone, and with SCHEMA_REGISTRY_* where the registry does not tell.
   */
  async pin(slices: readonly ChunkSlice[], recipe: Recipe): Promise<Recipe> {
    if (recipe.valueFormat !== 'avro') return recipe;
    const keys = keysIn(slices);
    const { schemas } = recipe;
    const wanted = schemas === undefined ? keys : keys.filter((key) => schemas.includes(key));
    await this.#load(wanted);
    const missing = wanted.filter((key) => !this.#known.has(key));
    if (schemas === undefined) return { ...recipe, schemas: wanted.filter((key) => !missing.includes(key)) };
    if (missing.length > 0) throw schemaMissing(missing);
    return recipe;
  }

  async #load(keys: readonly string[]): Promise<void> {
    const missing = await this.#ask(keys.filter((key) => !this.#known.has(key) && !this.#isUnknown(key)));
    if (missing.length === 0) return;
    await this.#clock.sleep(askAgainMs);
    if (this.#unknown.size > unknownMax) this.#unknown.clear();
    for (const key of await this.#ask(missing)) this.#unknown.set(key, this.#clock.monotonicMs());
  }

  /** Asks the registries; answers with the keys that they don't have. */
  async #ask(keys: readonly string[]): Promise<string[]> {
    await mapConcurrently(keys, requestsMax, async (key) => {
      const found = await this.#find(key);
      const schema = found && valueSchemaOf(found);
      if (schema !== undefined) this.#known.set(key, schema);
    });
    return keys.filter((key) => !this.#known.has(key) && this.#registryOf(key) !== undefined);
  }

  async #find(key: string): Promise<RegisteredSchema | undefined> {
    return this.#registryOf(key)?.find(key.slice(key.indexOf('/') + 1));
  }

  #registryOf(key: string) {
    const name = registryNames.find((each): each is RegistryName => key.startsWith(`${each}/`));
    return name && this.#registries.get(name);
  }

  #isUnknown(key: string): boolean {
    const since = this.#unknown.get(key);
    return since !== undefined && this.#clock.monotonicMs() - since < unknownForMs;
  }
}

/** Keys in the order in which they come. */
function keysIn(slices: readonly ChunkSlice[]): string[] {
  const keys = new Set<string>();
  for (const { chunk, first, end } of slices)
    for (let index = first; index < end; index++) {
      const start = chunk.valueStarts[index] ?? -1;
      const key = start < 0 ? undefined : (schemaKeyInHeader(chunk, index) ?? keyInFrame(chunk, index));
      if (key !== undefined) keys.add(key);
    }
  return [...keys];
}

function keyInFrame({ bytes, valueStarts, valueEnds }: RecordChunk, index: number): string | undefined {
  const start = valueStarts[index] ?? -1;
  const frame = frameOf(bytes, start, valueEnds[index] ?? start);
  return frame && schemaKeyOf(bytes, start, frame);
}

/** `undefined` for a text that is no schema: nothing can be read by it. */
function valueSchemaOf({ format, text, references }: RegisteredSchema): ValueSchema | undefined {
  if (format !== 'avro') return { format: format === 'json' ? 'json' : 'other' };
  try {
    return { format, schema: new AvroSchema(text, references) };
  } catch {
    return undefined;
  }
}

function schemaMissing(keys: readonly string[]): PipelineError {
  return new PipelineError('SCHEMA_MISSING', {
    message: `schemas that a claim was made with are no longer in the registry: ${keys.slice(0, 10).join(', ')}`,
    retryable: false,
    details: { schemas: keys.slice(0, 10), count: keys.length },
    hint: 'register them again under the same ids, or set SCHEMA_REGISTRY_URL and SCHEMA_REGISTRY_GLUE as they were; `glueless skip` gives the range up',
  });
}
