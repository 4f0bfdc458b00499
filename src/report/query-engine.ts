/** Runs SQL on the lake. Rejects with QUERY_FAILED. */
export interface QueryEngine {
  /** The engine's name, shown in messages. */
  readonly name: string;
  /** Resolves with an object per row; numbers and strings as the engine answers them. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Bytes that its queries have scanned so far; left out where the engine does not tell. */
  scannedBytes?(): number;
  close(): Promise<void>;
}

/** Quotes a table's name for SQL: `select` and `2024_data` are good names for tables, and no SQL without quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a string for SQL. A query can't hold NUL, which a string can. */
export function quoteText(text: string): string {
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts.join('') : `(${parts.join(' || chr(0) || ')})`;
}
