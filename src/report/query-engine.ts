/** Runs SQL on the lake. Rejects with QUERY_FAILED. */
export interface QueryEngine {
  /** The engine's name, shown in messages. */
  readonly name: string;
  /** Resolves with an object per row; numbers and strings as the engine answers them. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Quotes a table's name for SQL: `select` and `2024_data` are good names for tables, and no SQL without quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
