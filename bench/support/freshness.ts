import { stat } from 'node:fs/promises';
import { parquetFiles, query } from './parquet-output.ts';

/** The change time of each file: the link to its final name sets it. */
export async function changeTimes(folder: string): Promise<ReadonlyMap<string, number>> {
  const files = await parquetFiles(folder);
  return new Map(await Promise.all(files.map(async (file) => [file, (await stat(file)).ctimeMs] as const)));
}

/** Measures the time from each record's Kafka timestamp, from `sinceMs` on, to the moment from which its file could be read. */
export async function freshnessOf(
  readableMs: ReadonlyMap<string, number>,
  sinceMs: number,
): Promise<Record<string, number>> {
  const files = [...readableMs.keys()];
  const readable = [...readableMs].map(([file, ms]) => `('${file}', ${ms})`);
  const [found] = await query(`
    WITH readable(filename, ms) AS (VALUES ${readable.join(', ')}),
    delays AS (
      SELECT (readable.ms - epoch_ms(kafka_timestamp::TIMESTAMP)) / 1000 AS seconds
      FROM read_parquet(${JSON.stringify(files).replaceAll('"', "'")}, filename = true, hive_partitioning = false)
      JOIN readable USING (filename)
      WHERE epoch_ms(kafka_timestamp::TIMESTAMP) >= ${sinceMs}
    )
    SELECT count(*) AS rows, quantile_cont(seconds, 0.5) AS p50, quantile_cont(seconds, 0.99) AS p99, max(seconds) AS worst
    FROM delays`);
  const { rows, p50, p99, worst } = Object(found);
  const figures = { rows, freshnessP50Seconds: p50, freshnessP99Seconds: p99, freshnessWorstSeconds: worst };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value)]));
}
