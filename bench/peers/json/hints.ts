import { formatType } from '../../../src/schema/types/hive-ddl.ts';
import { columnName } from '../../../src/schema/names/column-name.ts';
import type * as schema from '../../../src/schema/types/column-type.ts';
import type { Columns, ColumnType } from '../../kinds/columns.ts';

/** Says the columns as SCHEMA_HINTS. What is of several types is left to inference. */
export function hintsOf(columns: Columns): string {
  return fieldsOf(columns)
    .map(({ name, type }) => `${name} ${formatType(type)}`)
    .join(', ');
}

function fieldsOf(columns: Columns): schema.Field[] {
  return Object.entries(columns).flatMap(([name, of]) => {
    const type = typeOf(of);
    return type === undefined ? [] : [{ name: columnName(name), type }];
  });
}

function typeOf(type: ColumnType): schema.ColumnType | undefined {
  if (type === 'json') return undefined;
  if (typeof type === 'string') return { kind: type };
  if ('elements' in type) {
    const element = typeOf(type.elements);
    return element && { kind: 'array', element };
  }
  const fields = fieldsOf(type.fields);
  return fields.length === 0 ? undefined : { kind: 'struct', fields };
}
