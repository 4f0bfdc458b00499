import type { Columns } from './columns.ts';
import type { Draw } from './draw.ts';
import type { RecordKind } from './kind.ts';

const row: Columns = { id: 'bigint', patient: 'string', ward: 'string', temperature: 'double', updated_at: 'bigint' };
const source: Columns = {
  version: 'string',
  connector: 'string',
  name: 'string',
  ts_ms: 'bigint',
  snapshot: 'string',
  db: 'string',
  schema: 'string',
  table: 'string',
  txId: 'bigint',
  lsn: 'bigint',
};

/** Rows of a database as change data capture publishes them. */
export const changeEvents: RecordKind = {
  name: 'change-events',
  about: 'a row before and after a change, with where it came from: structs, the one before null six times in ten',
  records: 300_000,
  columns: {
    before: { fields: row },
    after: { fields: row },
    source: { fields: source },
    op: 'string',
    ts_ms: 'bigint',
  },
  textAt: (draw, index, startMs) => {
    const atMs = startMs + index * 30 + draw.whole(1000);
    const id = draw.whole(1_000_000);
    const op = draw.isTrue(0.6) ? 'c' : draw.pick(['u', 'u', 'u', 'd']);
    return JSON.stringify({
      before: op === 'c' ? null : rowOf(draw, id, atMs - draw.whole(1e6)),
      after: op === 'd' ? null : rowOf(draw, id, atMs),
      source: sourceOf(draw, index, atMs),
      op,
      ts_ms: atMs + draw.whole(500),
    });
  },
};

function rowOf(draw: Draw, id: number, atMs: number): Record<string, unknown> {
  return {
    id,
    patient: `patient-${draw.whole(10_000)}`,
    ward: draw.pick(['intensive care', 'cardiology', 'surgery', 'oncology']),
    temperature: draw.decimal(35, 40, 2),
    updated_at: atMs,
  };
}

function sourceOf(draw: Draw, index: number, atMs: number): Record<string, unknown> {
  return {
    version: '2.7.0.Final',
    connector: 'postgresql',
    name: 'hospital',
    ts_ms: atMs,
    snapshot: 'false',
    db: 'ward',
    schema: 'public',
    table: draw.pick(['reading', 'patient', 'device']),
    txId: 500_000 + (index >>> 2),
    lsn: 24_000_000_000 + index * 184,
  };
}
