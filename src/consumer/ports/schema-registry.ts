/** Registries whose frames are known, as keys of schemas begin: `confluent/5` or `confluent/8f7c7ec3-…`, `glue/b73ae16c-…`. */
export const registryNames = ['confluent', 'glue'] as const;

export type RegistryName = (typeof registryNames)[number];

/** A schema as its registry has it. */
export interface RegisteredSchema {
  /** How the values behind the frame are written. */
  readonly format: 'avro' | 'json' | 'protobuf';
  /** The schema itself. */
  readonly text: string;
  /** Schemas that it refers to, each behind those that it needs itself. */
  readonly references: readonly string[];
}

/** Knows schemas by the ids that stand before values, or in headers of their records. The schema of an id never changes. */
export interface SchemaRegistry {
  /**
   * `undefined` when the registry has no such schema. Rejects with SCHEMA_REGISTRY_UNAVAILABLE (retryable) when it does not answer, and with
   * SCHEMA_REGISTRY_DENIED when it does not let this process read.
   */
  find(id: string): Promise<RegisteredSchema | undefined>;
}

export type SchemaRegistries = ReadonlyMap<RegistryName, SchemaRegistry>;
