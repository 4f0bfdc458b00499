import { stat } from 'node:fs/promises';
import { parquetFiles, query } from './parquet-output.ts';

/**
 * Measures the time from each record's Kafka timestamp, from `sinceMs` on, to the moment its object could be read: the change time of
 * the file, which the link to its final name sets.
 */
export async function freshnessOf(folder: string, sinceMs: number): Promise<Record<string, number>> {
  const files = await parquetFiles(folder);
  const readable = await Promise.all(files.map(async (file) => `('${file}', ${(await stat(file)).ctimeMs})`));
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
