import {
  AthenaClient,
  GetQueryExecutionCommand,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import type { QueryEngine } from '../report/query-engine.ts';
import type { Clock } from '../runtime/clock.ts';
import { PipelineError } from '../runtime/errors.ts';
import { countRequests } from './client/count-requests.ts';
import { clientOptions, type AwsOptions } from './client/client-options.ts';
import { explainAwsError } from './client/explain-aws-error.ts';

export interface AthenaOptions extends AwsOptions {
  readonly database: string;
  readonly workgroup: string;
  /** Query result location, `s3://…`; `undefined`: the workgroup's. */
  readonly output: string | undefined;
  readonly clock: Clock;
}

const pollMs = 300;
const pollsMax = 2000;

/** Runs SQL in Amazon Athena, which answers all values as strings. */
export function createAthenaQueryEngine(options: AthenaOptions): QueryEngine {
  const { database, workgroup, output } = options;
  const client = countRequests(new AthenaClient(clientOptions(options)));
  let scannedBytes = 0;
  return {
    name: 'Athena',
    query: async (sql) => {
      try {
        const { QueryExecutionId: id } = await client.send(
          new StartQueryExecutionCommand({
            QueryString: sql,
            WorkGroup: workgroup,
            QueryExecutionContext: { Database: database },
            ...(output !== undefined && { ResultConfiguration: { OutputLocation: output } }),
          }),
        );
        scannedBytes += await untilDone(client, id, options.clock);
        return await readRows(client, id);
      } catch (error) {
        throw explainAwsError(error, 'Athena', 'QUERY');
      }
    },
    scannedBytes: () => scannedBytes,
    close: async () => client.destroy(),
  };
}

/** Resolves with the bytes that the query has scanned. */
async function untilDone(client: AthenaClient, id: string | undefined, clock: Clock): Promise<number> {
  for (let poll = 0; poll < pollsMax; poll++) {
    const { QueryExecution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
    const { State, StateChangeReason = 'no reason given' } = QueryExecution?.Status ?? {};
    if (State === 'SUCCEEDED') return QueryExecution?.Statistics?.DataScannedInBytes ?? 0;
    if (State === 'FAILED' || State === 'CANCELLED') throw failed(`the query ${id} ${State}: ${StateChangeReason}`);
    await clock.sleep(pollMs);
  }
  throw failed(`the query ${id} did not end within ${(pollMs * pollsMax) / 1000} s`);
}

async function readRows(client: AthenaClient, id: string | undefined): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  let names: string[] | undefined;
  for await (const { ResultSet } of paginateGetQueryResults({ client }, { QueryExecutionId: id })) {
    for (const { Data = [] } of ResultSet?.Rows ?? []) {
      // the first row of the first page repeats the names
      if (names === undefined) names = Data.map(({ VarCharValue = '' }) => VarCharValue);
      else rows.push(Object.fromEntries(names.map((name, at) => [name, Data[at]?.VarCharValue])));
    }
  }
  return rows;
}

function failed(message: string): PipelineError {
  return new PipelineError('QUERY_FAILED', { message: `Athena: ${message}`, retryable: false });
}
