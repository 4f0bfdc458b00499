import type { ParquetEncoder } from '../../src/consumer/ports/parquet.ts';
import { createColumnEncoder } from '../../src/parquet/column-encoder.ts';
import { createHyparquetEncoder } from '../../src/parquet/other-encoders/hyparquet-encoder.ts';
import { createParquetjsEncoder } from '../../src/parquet/other-encoders/parquetjs-encoder.ts';
import { formatType } from '../../src/schema/types/hive-ddl.ts';
import { jsonRecords } from './chunks.ts';
import { createTestTools, openTestLake, testTable, type TestLake } from './lake.ts';
import { valueCases, type ValueCase } from './value-cases.ts';
import { writeBatches } from './write-batches.ts';

export const allEncoders: readonly (readonly [string, ParquetEncoder])[] = [
  ['glueless', createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000 })],
  ['glueless, smallest', createColumnEncoder({ codec: 'zstd', rowGroupRows: 1000, profile: 'smallest' })],
  ['hyparquet', createHyparquetEncoder({ codec: 'zstd', rowGroupRows: 1000 })],
  ['parquetjs-lite', createParquetjsEncoder({ codec: 'snappy', rowGroupRows: 1000 })],
];

/** The cases that the encoder of that name can write. */
export function casesFor(encoder: string): readonly ValueCase[] {
  return valueCases.filter(({ hasMaps = false }) => !hasMaps || encoder !== 'parquetjs-lite');
}

/** Writes the case's batches into a lake of its own; answers with it and the columns of its table. */
export async function writeCase(
  { batches, hints = '', numbers = 'double', growth = 'all', columnsMax = 100, withKafkaColumns = true }: ValueCase,
  encoder: ParquetEncoder,
): Promise<{ readonly lake: TestLake; readonly columns: readonly string[] }> {
  const lake = await openTestLake();
  const tools = createTestTools({
    ...lake,
    writer: { encoder },
    recipe: { numbers, growth, columnsMax, hints, kafkaColumns: withKafkaColumns },
  });
  await writeBatches(
    tools,
    batches.map((batch) => jsonRecords(...batch)),
  );
  const table = await lake.catalog.load(testTable);
  return {
    lake,
    columns: (table?.columns ?? [])
      .filter(({ name }) => !name.startsWith('kafka_'))
      .map(({ name, type }) => `${name} ${formatType(type)}`),
  };
}
