import type { ColumnType, Columns } from '../kinds/columns.ts';

/** Says the columns as Spark's DDL: `` `deviceId` STRING, … ``. */
export function ddlOf(columns: Columns): string {
  return Object.entries(columns)
    .map(([name, type]) => `\`${name}\` ${typeOf(type)}`)
    .join(', ');
}

function typeOf(type: ColumnType): string {
  if (type === 'json') return 'STRING';
  if (typeof type === 'string') return type.toUpperCase();
  if ('elements' in type) return `ARRAY<${typeOf(type.elements)}>`;
  const fields = Object.entries(type.fields).map(([name, of]) => `\`${name}\`: ${typeOf(of)}`);
  return `STRUCT<${fields.join(', ')}>`;
}
