import {
  BatchCreatePartitionCommand,
  BatchGetPartitionCommand,
  BatchUpdatePartitionCommand,
  CreateTableCommand,
  GetPartitionsCommand,
  GlueClient,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import type { CatalogTable } from '../../consumer/ports/lake.ts';
import { countRequests } from '../client/count-requests.ts';
import { clientOptions } from '../client/client-options.ts';
import { explainAwsError, isNamed } from '../client/explain-aws-error.ts';
import type { GlueOptions } from './glue-catalog.ts';

/** Calls that change nothing, whoever makes them: Glue looks at the rights first. */
interface Probe {
  readonly action: string;
  readonly send: () => Promise<unknown>;
}

/** What Glue answers when it has found the rights in order. */
const answered = ['AlreadyExistsException', 'EntityNotFoundException'] as const;

/**
 * Tries each right that writing the table needs by a call that can't change anything: making a table that is there, changing one that
 * is not, registering no partition. Answers with what was tried and what can't be; rejects with CATALOG_DENIED.
 */
export async function checkGlueRights(
  options: GlueOptions,
  { table, name }: { readonly table: CatalogTable | undefined; readonly name: string },
): Promise<string> {
  const client = countRequests(new GlueClient(clientOptions(options)));
  const of = { DatabaseName: options.database, TableName: name };
  const input = { DatabaseName: options.database, TableInput: { Name: name } };
  const { probes, untried } =
    table === undefined
      ? {
          probes: [{ action: 'UpdateTable', send: () => client.send(new UpdateTableCommand(input)) }],
          untried: 'CreateTable',
        }
      : {
          probes: [
            { action: 'CreateTable', send: () => client.send(new CreateTableCommand(input)) },
            ...partitionProbes(client, of, table.partitionKeys.length),
          ],
          untried: 'UpdateTable',
        };
  const all: readonly Probe[] = [
    ...probes,
    {
      action: 'BatchCreatePartition',
      send: () => client.send(new BatchCreatePartitionCommand({ ...of, PartitionInputList: [] })),
    },
  ];
  try {
    for (const { action, send } of all) await probe(send, `glue:${action} on ${options.database}.${name}`);
  } finally {
    client.destroy();
  }
  return `${all.map(({ action }) => action).join(', ')} allowed; ${untried} can’t be tried without a change`;
}

/** A partition that nobody has: its values are no date and no hour. */
function partitionProbes(
  client: GlueClient,
  of: { readonly DatabaseName: string; readonly TableName: string },
  keys: number,
): Probe[] {
  const Values = Array.from({ length: keys }, () => 'nobody');
  const reading = {
    action: 'GetPartitions',
    send: () => client.send(new GetPartitionsCommand({ ...of, MaxResults: 1 })),
  };
  if (keys === 0) return [reading];
  const entry = { PartitionValueList: Values, PartitionInput: { Values } };
  return [
    reading,
    {
      action: 'BatchGetPartition',
      send: () => client.send(new BatchGetPartitionCommand({ ...of, PartitionsToGet: [{ Values }] })),
    },
    {
      action: 'BatchUpdatePartition',
      send: () => client.send(new BatchUpdatePartitionCommand({ ...of, Entries: [entry] })),
    },
  ];
}

async function probe(send: () => Promise<unknown>, where: string): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!isNamed(error, ...answered)) throw explainAwsError(error, where, 'CATALOG');
  }
}
