import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import parquetjs from 'parquetjs-lite';
import { lineBlocks } from './line-blocks.ts';

/** Converts by parquetjs-lite in the usual way: `parquetjs-json.js <file> <folder>`. Each line is parsed and appended as a row. */
const [file = '', folder = ''] = process.argv.slice(2);

const schema = new parquetjs.ParquetSchema({
  deviceId: { type: 'UTF8', optional: true, compression: 'SNAPPY' },
  patientId: { type: 'UTF8', optional: true, compression: 'SNAPPY' },
  temperature: { type: 'DOUBLE', optional: true, compression: 'SNAPPY' },
  eventTime: { type: 'TIMESTAMP_MILLIS', optional: true, compression: 'SNAPPY' },
});
const stream = createWriteStream(join(folder, 'out.parquet'));
const writer = await parquetjs.ParquetWriter.openStream(
  schema,
  {
    write: (bytes, done) => void stream.write(bytes, (error) => done(error ?? undefined)),
    end: (done) => void stream.end(() => done()),
  },
  { rowGroupSize: 100_000, pageIndex: false, useDataPageV2: false },
);
for (const block of lineBlocks(file, 1_048_576)) {
  const { bytes, starts, ends } = block;
  for (const [line, start] of starts.entries()) {
    const reading = JSON.parse(bytes.toString('utf8', start, ends[line]));
    await writer.appendRow({ ...reading, eventTime: new Date(reading.eventTime) });
  }
  block[Symbol.dispose]();
}
await writer.close();
