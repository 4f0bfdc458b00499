import { decoderVersion } from '../../consumer/ledger/entry/decoder-version.ts';
import type { Recipe } from '../../consumer/ledger/entry/recipe.ts';
import { formatType } from '../../schema/types/hive-ddl.ts';
import type { Settings } from '../config/settings.ts';

/** How this process writes what nobody has claimed yet. */
export function recipeOf({ schema, table }: Pick<Settings, 'schema' | 'table'>): Recipe {
  const { format, layout, eventTimeField, eventTimeUnit, pastDaysMax, futureDaysMax } = table;
  const { fields, numbers, depthMax, recordBytesMax, columnsMax, growth, infersTogether, hints } = schema;
  const { valueFormat, records, deadLetterPayload, kafkaColumns, headerNames } = schema;
  return {
    decoder: decoderVersion,
    placement: { layout, eventTimeField, eventTimeUnit, pastDaysMax, futureDaysMax },
    valueFormat,
    ...(records !== 'one' && { records }),
    recordBytesMax,
    depthMax,
    fields: {
      ...(fields.allow && { allow: [...fields.allow] }),
      deny: [...fields.deny],
      rename: [...fields.rename],
    },
    numbers,
    ...(format === 'iceberg' && { widensNumbers: true }),
    columnsMax,
    growth,
    ...(infersTogether && { infersTogether }),
    hints: [...hints].map(([name, type]) => `${name} ${formatType(type)}`).join(', '),
    kafkaColumns: kafkaColumns.hasCoordinates,
    ...(kafkaColumns.parts.length > 0 && { recordParts: [...kafkaColumns.parts] }),
    ...(headerNames && { headerNames: [...headerNames] }),
    deadLetterPayload,
  };
}
