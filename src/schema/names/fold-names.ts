import type { ColumnType } from '../types/column-type.ts';

/** Makes the names of fields lower case, as engines read them; throws a TypeError when two become one. */
export function foldNames(type: ColumnType): ColumnType {
  switch (type.kind) {
    case 'array':
      return { kind: 'array', element: foldNames(type.element) };
    case 'map':
      return { kind: 'map', value: foldNames(type.value) };
    case 'struct': {
      const fields = type.fields.map((field) => ({ name: field.name.toLowerCase(), type: foldNames(field.type) }));
      const names = fields.map(({ name }) => name);
      const doubled = names.find((name, index) => names.indexOf(name) !== index);
      if (doubled !== undefined) throw new TypeError(`the field ${doubled} is there twice, in upper and lower case`);
      return { kind: 'struct', fields };
    }
    default:
      return type;
  }
}
