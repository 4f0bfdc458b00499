/** Runs SQL on the lake. Rejects with QUERY_FAILED. */
export interface QueryEngine {
  /** For messages: what runs the query. */
  readonly name: string;
  /** One object per row; numbers and texts as they come. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}
