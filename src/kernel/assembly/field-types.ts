import { openBrace } from './bytes';
import { endOfEmptyValue } from './empty-values';
import { Field } from './fields';
import { restoreLeaves, saveLeaves } from './collected';
import { NestedType } from './nested-type';
import { endOfWhole } from './nested-values';

/** Lets values that fit the type whole, and none before it, be of that kind. A type that the field has already keeps its place. */
export function addType(field: Field, type: NestedType, kind: i32): void {
  type.entryKind = kind;
  if (changetype<usize>(field.type) == 0) {
    field.type = type;
    return;
  }
  let last = field.type;
  while (last != type && changetype<usize>(last.nextType) != 0) last = last.nextType;
  if (last != type) last.nextType = type;
}

/** Lets no value be of the type from now on. */
export function removeType(field: Field, type: NestedType): void {
  if (field.type == type) {
    field.type = type.nextType;
    return;
  }
  for (let before = field.type; changetype<usize>(before) != 0; before = before.nextType)
    if (before.nextType == type) before.nextType = type.nextType;
}

/** Lets objects whose members tell no type, on at most so many levels, be of a kind of their own: the field has no type that takes them. */
export function setEmptyLevels(field: Field, levels: i32): void {
  field.emptyLevels = levels;
}

/** Lets arrays with elements none of which tells a type, on at most so many levels, be JSON text: the field has no known type of arrays. */
export function setUntypedLevels(field: Field, levels: i32): void {
  field.untypedLevels = levels;
}

/** Reads an object whose members tell no type; answers with 0 for others. */
export function endOfEmptyStruct(field: Field, at: usize): usize {
  if (load<u8>(at) != openBrace) return 0;
  const end = endOfEmptyValue(at, field.emptyLevels);
  if (end != 0) field.meetsEmpty = true;
  return end;
}

/** Reads an array or object of the type, which leaves collect; answers with 0 when it is of another. */
export function endOfType(field: Field, type: NestedType, at: usize): usize {
  if (!type.isCollected) return endOfWhole(type, at, false);
  saveLeaves();
  const end = endOfWhole(type, at, true);
  if (end == 0) restoreLeaves();
  return end;
}
