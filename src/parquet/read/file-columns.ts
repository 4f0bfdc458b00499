import type { SchemaElement, SchemaTree } from 'hyparquet';
import type { Column, ColumnType } from '../../schema/types/column-type.ts';

/** Reads a file's columns as the Hive types of the tables that can read them: the other way around of `schemaOf`. */
export function columnsOf({ children }: SchemaTree): Column[] {
  return children.flatMap(fieldOf);
}

function fieldOf(tree: SchemaTree): Column[] {
  const type = typeOf(tree);
  return type === undefined ? [] : [{ name: tree.element.name, type }];
}

function typeOf({ element, children }: SchemaTree): ColumnType | undefined {
  if (children.length === 0) return leafTypeOf(element);
  if (element.converted_type?.startsWith('MAP') === true || element.logical_type?.type === 'MAP')
    return mapOf(children);
  // `<name> → list → element`, or, from writers of old, `<name> → array`
  const isList = element.converted_type === 'LIST' || element.logical_type?.type === 'LIST' || isBareList(children);
  if (!isList) return { kind: 'struct', fields: children.flatMap(fieldOf) };
  const [repeated] = children;
  const [only] = repeated?.children ?? [];
  const inner = only === undefined ? undefined : typeOf(only);
  return inner && { kind: 'array', element: inner };
}

/** Reads `<name> → key_value → key, value`; keys of other types than strings are no type of ours. */
function mapOf([entries]: readonly SchemaTree[]): ColumnType | undefined {
  const [key, value] = (entries?.children ?? []).map(typeOf);
  return key?.kind === 'string' && value !== undefined ? { kind: 'map', value } : undefined;
}

function isBareList(children: readonly SchemaTree[]): boolean {
  const [only] = children;
  return children.length === 1 && only?.element.repetition_type === 'REPEATED' && only.element.name === 'list';
}

function leafTypeOf(element: SchemaElement): ColumnType | undefined {
  const { type, converted_type: converted, logical_type: logical, precision = 0, scale = 0 } = element;
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return { kind: 'decimal', precision, scale };
  switch (type) {
    case 'BOOLEAN':
      return { kind: 'boolean' };
    case 'DOUBLE':
      return { kind: 'double' };
    case 'FLOAT':
      return { kind: 'float' };
    case 'INT32':
      return { kind: converted === 'DATE' || logical?.type === 'DATE' ? 'date' : 'int' };
    case 'INT64':
      return { kind: converted?.startsWith('TIMESTAMP') || logical?.type === 'TIMESTAMP' ? 'timestamp' : 'bigint' };
    case 'BYTE_ARRAY':
      return { kind: converted === 'UTF8' || logical?.type === 'STRING' ? 'string' : 'binary' };
    default:
      return undefined;
  }
}
