/** What the page shows of a workload that is run with several kinds of records. Contenders are named by their ids. */
export interface KindsLayout {
  /** Peers whose rates are shown beside ours. */
  readonly rates: Readonly<Record<string, string>>;
  /** Ratios to the fastest of some peers, with the target. */
  readonly ratios: readonly { readonly name: string; readonly ids: readonly string[]; readonly target: number }[];
  /** Peers to which the ratio is shown without the costs of the starts as well. */
  readonly starts?: Readonly<Record<string, string>>;
  /** Contenders whose files' bytes are shown beside ours. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Other measured values of ours, by their names. */
  readonly figures?: Readonly<Record<string, string>>;
  /** Contenders of the picture, ours first. */
  readonly picture?: { readonly title: string; readonly contenders: Readonly<Record<string, string>> };
}

export const kindsLayouts: Readonly<Record<string, KindsLayout>> = {
  'json-to-parquet': {
    rates: {
      'glueless-hinted': 'with SCHEMA_HINTS',
      'duckdb-inferred': 'DuckDB, inferred',
      'duckdb-columns-given': 'DuckDB, given',
      'polars-one-thread': 'polars',
    },
    ratios: [{ name: 'DuckDB', ids: ['duckdb-inferred', 'duckdb-columns-given', 'duckdb-v2'], target: 1.5 }],
    outputs: {
      'glueless-hinted': 'with SCHEMA_HINTS',
      'glueless-split': 'with SCHEMA_NUMBERS=split',
      'duckdb-inferred': 'DuckDB V1',
      'duckdb-v2': 'DuckDB V2',
      'polars-one-thread': 'polars',
    },
    picture: {
      title: 'JSON to Parquet: MB of JSON per CPU second, more is better',
      contenders: {
        glueless: 'Glueless',
        'duckdb-inferred': 'DuckDB, one thread',
        'polars-one-thread': 'polars, one thread',
      },
    },
  },
  'kafka-to-lake': {
    rates: { bento: 'Bento', 'spark-schema-given': 'Spark' },
    ratios: [
      { name: 'Bento', ids: ['bento'], target: 5 },
      { name: 'Spark', ids: ['spark-schema-given', 'spark-schema-inferred'], target: 10 },
    ],
    starts: { bento: 'Bento', 'spark-schema-given': 'Spark' },
    outputs: { bento: 'Bento', 'spark-schema-given': 'Spark' },
    picture: {
      title: 'Kafka over mutual TLS to Parquet: MB of JSON per CPU second, more is better',
      contenders: { glueless: 'Glueless', bento: 'Bento', 'spark-schema-given': 'Spark' },
    },
  },
  container: { rates: {}, ratios: [], outputs: {}, figures: { caughtUpPerSecond: 'caught up per second' } },
};

/** Names the contender that measures a contender's start, in the results of one of the kinds. */
export function startIdOf(id: string): string {
  return `start-${id}`;
}
