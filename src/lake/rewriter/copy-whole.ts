import { quoteName, quoteText } from '../../report/query-engine.ts';
import { groupBytesMax } from './column-batches.ts';
import { copyOptions, type CopyForm } from './copy-options.ts';
import type { CopiedRows, CopyRequest } from './copy-request.ts';
import type { DuckdbSession } from './duckdb-session.ts';
import { holdsNegativeZero, isWithin, selectRows } from './rewrite-sql.ts';

/** Fewer rows are not worth a row group. */
const groupRowsMin = 2048;

/** Copies all columns at a time: a sort that spills. */
export async function copyWhole(session: DuckdbSession, request: CopyRequest, form: CopyForm): Promise<CopiedRows> {
  const { sources, fieldIds, leftOut = [], orderBy, target } = request;
  const { columns } = sources;
  const rows = selectRows(columns, sources.alike(columns));
  const kept = leftOut.length === 0 ? rows : `SELECT * FROM (${rows}) WHERE (${isWithin(leftOut)}) IS NOT TRUE`;
  const leftOutRows =
    leftOut.length === 0 ? 0 : await session.count(`SELECT * FROM (${rows}) WHERE ${isWithin(leftOut)}`);
  const known = new Set(columns.map(({ name }) => name));
  const sorted = orderBy.filter((name) => known.has(name)).map(quoteName);
  const order = sorted.length === 0 ? '' : ` ORDER BY ${sorted.join(', ')}`;
  const byBytes = Math.floor(groupBytesMax / Math.max(1, sources.bytesPerRow(columns)));
  const groupRows = Math.max(groupRowsMin, Math.min(form.rowGroupRows, byBytes));
  const zero = holdsNegativeZero(sources.withZeros(columns));
  const hasNegativeZero =
    zero !== undefined && (await session.count(`SELECT 1 FROM (${kept}) WHERE ${zero} LIMIT 1`)) > 0;
  const options = copyOptions({ table: columns, fieldIds, groupRows, hasNegativeZero }, form);
  return { rows: await session.write(`COPY (${kept}${order}) TO ${quoteText(target)} (${options})`), leftOutRows };
}
