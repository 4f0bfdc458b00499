import type { Reject } from '../../columns/decode-batch.ts';
import type { Recipe } from '../../ledger/entry/recipe.ts';
import type { ColumnarTable, TableColumn } from '../../ports/columnar-table.ts';
import { deadLetterColumns } from '../dead-letters/dead-letter-table.ts';
import { base64Of, stringColumn, utf8Of } from './string-column.ts';

/** The rejects as rows. `payload`: what they keep of their record, whose value may hold what must not be stored. */
export function assembleDeadLetters(rejects: readonly Reject[], payload: Recipe['deadLetterPayload']): ColumnarTable {
  const strings: Record<string, (reject: Reject) => string | undefined> = {
    kafka_topic: ({ chunk }) => chunk.topic,
    stage: () => 'decode',
    reason: ({ reason }) => reason,
    detail: ({ detail }) => (payload === 'full' ? detail : withoutExcerpt(detail)),
    ...(payload === 'full' && {
      value_text: (reject) => utf8Of(valueOf(reject)),
      value_base64: (reject) => base64Of(valueOf(reject)),
    }),
    ...(payload !== 'none' && {
      key_text: ({ chunk, index }) => utf8Of(chunk.keyOf(index)),
      key_base64: ({ chunk, index }) => base64Of(chunk.keyOf(index)),
      headers: ({ chunk, index }) => chunk.headersOf(index),
    }),
  };
  const timestamps = rejects.map(({ chunk, index }) => chunk.timestamps[index] ?? -1);
  const numbers: Record<string, Pick<TableColumn, 'data' | 'validity'>> = {
    kafka_partition: { data: { kind: 'int', values: Int32Array.from(rejects, ({ chunk }) => chunk.partition) } },
    kafka_offset: {
      data: {
        kind: 'bigint',
        values: BigInt64Array.from(rejects, ({ chunk, index }) => chunk.from + BigInt(chunk.offsetDeltas[index] ?? 0)),
      },
    },
    kafka_timestamp: {
      data: { kind: 'timestamp', values: Float64Array.from(timestamps) },
      validity: Uint8Array.from(timestamps, (timestamp) => (timestamp < 0 ? 0 : 1)),
    },
  };
  const columns = deadLetterColumns.map(({ name, type }): TableColumn => {
    const read = strings[name] ?? noString;
    return { name, type, ...(numbers[name] ?? stringColumn(rejects.map(read))) };
  });
  return { rowCount: rejects.length, columns };
}

/** The detail without the piece of the value that V8's message quotes, whatever stands before that. */
function withoutExcerpt(detail: string): string {
  return detail.replace(/Unexpected token .* is not valid JSON/s, 'no valid JSON');
}

const noString = (): undefined => undefined;

function valueOf({ chunk, index }: Reject): Buffer {
  return chunk.bytes.subarray(chunk.valueStarts[index], chunk.valueEnds[index]);
}
