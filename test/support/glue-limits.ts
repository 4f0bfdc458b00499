import { z } from 'zod';
import type { Fault, Request } from './faulty-proxy.ts';

/**
 * What AWS Glue documents that it refuses, and no emulator does: https://docs.aws.amazon.com/glue/latest/webapi/ (Column, TableInput,
 * PartitionInput, BatchCreatePartition, BatchGetPartition, BatchUpdatePartition, GetPartitions).
 */
const lengths = {
  name: 255,
  type: 131_072,
  comment: 255,
  location: 2056,
  parameterKey: 255,
  parameter: 512_000,
  value: 1024,
};
const counts = { create: 100, update: 100, get: 1000, page: 1000 };

const columnSchema = z.object({ Name: z.string(), Type: z.string().default(''), Comment: z.string().default('') });
const storageSchema = z.object({ Columns: z.array(columnSchema).default([]), Location: z.string().default('') });
const partitionSchema = z.object({ Values: z.array(z.string()), StorageDescriptor: storageSchema });
const bodySchema = z.object({
  DatabaseInput: z.object({ Name: z.string() }).optional(),
  TableInput: z
    .object({
      Name: z.string(),
      PartitionKeys: z.array(columnSchema).default([]),
      StorageDescriptor: storageSchema,
      Parameters: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
  VersionId: z.string().optional(),
  PartitionInputList: z.array(partitionSchema).default([]),
  Entries: z.array(z.object({ PartitionInput: partitionSchema })).default([]),
  PartitionsToGet: z.array(z.unknown()).default([]),
  MaxResults: z.number().default(1),
});

type Body = z.infer<typeof bodySchema>;

/** Gives the answer of Glue to a request that it would refuse, `undefined` for any other. */
export function glueRefusal({ action, body }: Request): Fault | undefined {
  if (!action.startsWith('AWSGlue.')) return undefined;
  const [problem] = problemsOf(action.slice('AWSGlue.'.length), bodySchema.parse(JSON.parse(body.toString())));
  return problem === undefined
    ? undefined
    : { kind: 'answer', status: 400, code: 'InvalidInputException', message: problem };
}

function problemsOf(action: string, body: Body): string[] {
  const { DatabaseInput, TableInput: table, PartitionInputList: created, Entries: updated } = body;
  const partitions = [...created, ...updated.map(({ PartitionInput }) => PartitionInput)];
  const parameters = Object.entries(table?.Parameters ?? {});
  return [
    ...(DatabaseInput === undefined ? [] : nameProblems('database', DatabaseInput.Name)),
    ...(table === undefined ? [] : nameProblems('table', table.Name)),
    ...(table === undefined ? [] : storageProblems(table.StorageDescriptor, table.PartitionKeys)),
    ...parameters.flatMap(([key]) => tooLong('parameter key', key, lengths.parameterKey)),
    ...parameters.flatMap(([, value]) => tooLong('parameter', value, lengths.parameter)),
    // Glue takes it, and overwrites what others have changed meanwhile
    ...(action === 'UpdateTable' && body.VersionId === undefined ? ['UpdateTable without VersionId'] : []),
    ...tooMany('partitions to create', created, counts.create),
    ...tooMany('partitions to update', updated, counts.update),
    ...tooMany('partitions to get', body.PartitionsToGet, counts.get),
    ...(body.MaxResults > counts.page ? [`MaxResults ${body.MaxResults}`] : []),
    ...partitions.flatMap(({ StorageDescriptor }) => storageProblems(StorageDescriptor)),
    ...partitions.flatMap(({ Values }) => Values.flatMap((value) => tooLong('partition value', value, lengths.value))),
  ];
}

function storageProblems(
  { Columns, Location }: z.infer<typeof storageSchema>,
  keys: readonly z.infer<typeof columnSchema>[] = [],
): string[] {
  const columns = [...Columns, ...keys];
  const names = columns.map(({ Name }) => Name);
  return [
    ...columns.flatMap(({ Name }) => nameProblems('column', Name)),
    ...columns.flatMap(({ Type }) => tooLong('type', Type, lengths.type)),
    ...columns.flatMap(({ Comment }) => tooLong('comment', Comment, lengths.comment)),
    ...(new Set(names).size < names.length ? ['a column twice'] : []),
    ...tooLong('location', Location, lengths.location),
  ];
}

/** Glue keeps names in lower case: one that comes otherwise is not found again under what was written. */
function nameProblems(what: string, name: string): string[] {
  if (name === '') return [`an empty ${what} name`];
  if (name !== name.toLowerCase()) return [`the ${what} name ${name} is not in lower case`];
  return tooLong(`${what} name`, name, lengths.name);
}

function tooLong(what: string, text: string, lengthMax: number): string[] {
  return text.length > lengthMax ? [`${what}: ${text.length} characters, at most ${lengthMax}`] : [];
}

function tooMany(what: string, list: readonly unknown[], countMax: number): string[] {
  return list.length > countMax ? [`${what}: ${list.length}, at most ${countMax}`] : [];
}
