import { countLeaves } from '../../schema/types/type-weight.ts';
import type { Column } from '../../schema/types/column-type.ts';
import { copyInBatches } from './copy-in-batches.ts';
import type { CopiedRows, CopyRequest, CopyTools } from './copy-request.ts';
import { copyWhole } from './copy-whole.ts';
import { DuckdbSession, isOutOfMemory } from './duckdb-session.ts';
import { reservedNames } from './rewrite-sql.ts';

/** A way to copy: all columns at a time, or at most so many leaves. */
interface Way {
  /** DuckDB's share of the memory: what does not fit is spilled. */
  readonly memoryLimit: string;
  readonly leavesMax?: number;
}

/** Default of `leavesAtOnce`: with fewer, more time goes into reading footers than into their rows. */
const leavesOfBatch = 16;

/** Ways that are tried one after the other: what can't be spilled is made less, and gets more at last. */
const narrowWays: readonly Way[] = [
  { memoryLimit: '64MB' },
  { memoryLimit: '64MB', leavesMax: 8 },
  { memoryLimit: '128MB', leavesMax: 8 },
  { memoryLimit: '512MB' },
];

/** What batches of columns get. */
const batchMemories = ['40MB', '64MB', '128MB', '256MB', '512MB'] as const;

/** Ways for a table whose columns can't be copied in batches. */
const wholeWays: readonly Way[] = [{ memoryLimit: '64MB' }, { memoryLimit: '128MB' }, { memoryLimit: '512MB' }];

/** More rows than a row group ever has. */
const groupRowsMax = 65_536;

/** Copies the rows of the files into one, sorted. */
export async function copyRows(request: CopyRequest, tools: CopyTools): Promise<CopiedRows> {
  const ways = waysFor(request.sources.columns, tools.leavesAtOnce ?? leavesOfBatch);
  for (const way of ways) {
    try {
      return await copyBy(way, request, tools);
    } catch (error) {
      if (way === ways.at(-1) || !isOutOfMemory(error)) throw error;
    }
  }
  throw new RangeError('there is a last way');
}

function waysFor(columns: readonly Column[], leavesMax: number): readonly Way[] {
  if (columns.some(({ name }) => reservedNames.includes(name))) return wholeWays;
  return countLeaves(columns) > leavesMax
    ? batchMemories.map((memoryLimit) => ({ memoryLimit, leavesMax }))
    : narrowWays;
}

async function copyBy({ memoryLimit, leavesMax }: Way, request: CopyRequest, tools: CopyTools): Promise<CopiedRows> {
  using session = await DuckdbSession.open({ memoryLimit, folder: request.folder });
  const rowsMax = Math.min(tools.rowGroupRows, groupRowsMax);
  if (leavesMax === undefined) return await copyWhole(session, request, { ...tools, rowGroupRows: rowsMax });
  return await copyInBatches(session, request, { ...tools, rowGroupRows: rowsMax, leavesMax });
}
