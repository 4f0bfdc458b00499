import { GetSchemaVersionCommand, GlueClient } from '@aws-sdk/client-glue';
import type { RegisteredSchema, SchemaRegistry } from '../../consumer/ports/schema-registry.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { clientOptions, type AwsOptions } from '../client/client-options.ts';
import { countRequests } from '../client/count-requests.ts';
import { explainAwsError, isNamed } from '../client/explain-aws-error.ts';

/** Reads schemas of AWS Glue's registry by the UUID of their version. */
export function createGlueSchemaRegistry(options: AwsOptions): SchemaRegistry {
  const client = countRequests(new GlueClient(clientOptions(options)));
  return {
    find: async (id) => {
      const where = `schema version ${id} of Glue’s registry`;
      try {
        const { SchemaDefinition, DataFormat, Status } = await client.send(
          new GetSchemaVersionCommand({ SchemaVersionId: id }),
        );
        if (Status === 'PENDING') throw unavailable(`${where} is pending`);
        if (SchemaDefinition === undefined) throw unavailable(`${where}: the answer arrived empty`);
        return { format: formatOf(DataFormat), text: SchemaDefinition, references: [] };
      } catch (error) {
        if (isNamed(error, 'EntityNotFoundException')) return undefined;
        throw explainAwsError(error, where, 'REGISTRY');
      }
    },
  };
}

function formatOf(dataFormat: string | undefined): RegisteredSchema['format'] {
  if (dataFormat === 'AVRO') return 'avro';
  return dataFormat === 'JSON' ? 'json' : 'protobuf';
}

function unavailable(message: string): PipelineError {
  return new PipelineError('SCHEMA_REGISTRY_UNAVAILABLE', { message, retryable: true });
}
