import { allocateZeros, grow } from './arena';
import { closeBracket, digitOf, minus, openBrace, openBracket, quote, skipSpace } from './bytes';
import { addKey, createKeyTable, Key, KeyTable } from './keys';
import { createLevels, Leaf, Levels } from './leaf';
import { endOfBoolean, firstOfNull } from './words';
import {
  kindDeep,
  kindDigitsArray,
  kindLastArray,
  kindMixedArray,
  kindsEnd,
  typeArray,
  typeBoolean,
  typeDate,
  typeMap,
  typeString,
  typeStruct,
  typeTimestamp,
} from '../kinds';

/** A type: a leaf, or an array, a struct or a map with the types in it. */
@unmanaged
export class NestedType {
  // what it is
  kind: i32;
  /** The type was inferred from values, and takes only those from which the same would be inferred: no string that looks like a time. */
  isStrict: bool;
  /** The elements' type; set for an array, and as that of the values for a map. */
  element: NestedType;
  /** It is the type of an array's elements. */
  isElement: bool;
  /** The keys' type; set for a map. */
  key: NestedType;
  /** Addresses of the fields' types, `fieldCount` of them; set for a struct. */
  fields: usize;
  fieldCount: i32;
  fieldsMax: i32;
  /** Keys under which JSON has the fields; learned for a struct. A key without a field has only nulls. */
  keys: KeyTable;

  /** Ten to the power of a decimal’s scale, and of its precision. */
  scalePower: f64;
  precisionPower: f64;

  // of a struct and its fields: which object has what
  /** Objects that were read as the struct: the number of the one that is being read. */
  objectCount: i32;
  /** Number of the last object that put a member into the field, and of the last one that had a member of its key. */
  owner: i32;
  keyOwner: i32;

  // of a field: where members of its key go that it does not take
  /** Addresses of the fields beside it that take such, by the kind of value: 0 for none. The address itself is 0 where there is none at all. */
  others: usize;
  /** There is a field beside it that is named for its own type: such members by themselves have that, where one of another type comes first. */
  hasTwin: bool;
  /** Number of the pass in which a member of its key was last of another type. */
  otherPass: i32;
  /** The first of the fields beside it that take arrays or structs of other types; in such a field the next one. */
  firstBeside: NestedType;
  nextBeside: NestedType;
  /** A field beside it takes arrays or objects. */
  hasNestedOthers: bool;
  /** A member has gone to another field than that of its key; set for the type of whole values. */
  hasOthers: bool;

  // what has no place, and is left out for the host to rescue
  /** The struct's members are left out where they have none: else the value is not of the type. */
  isRescued: bool;
  /** So are arrays and objects under the field's key that are empty on at most so many levels. */
  emptyLevels: i32;
  /** A member of this key has been left out, or is JSON text only since the field could not hold it; of a whole value's type: any member has been. */
  hasRescued: bool;
  /** Set for a struct that gets no more fields, with the names that `full-structs.ts` looks for, and on how many levels its members may be empty. */
  isFull: bool;
  names: KeyTable;
  memberLevels: i32;
  /** There may be another place for members of its key, though none is known here. */
  isMovable: bool;
  /** Number of the array in which a field of a full struct was met last. */
  metIn: i32;

  // what is collected: `collected.ts`
  /** Collects the values of a leaf, if anything does. */
  leaf: Leaf;
  /** Set for a struct: the levels that a field has of each object which does not have it, be the struct itself there or not. */
  levels: Levels;
  /** The struct around a leaf or a struct, whatever arrays are between; 0 where there is none. */
  parent: NestedType;
  /** Entries of the parent's levels that this leaf or struct has by now, in its own. */
  taken: i32;
  savedTaken: i32;
  /** Number of the value before which `taken` and the entries were saved, and the leaf or struct that were so before it. */
  savedIn: i32;
  touchedBefore: NestedType;
  /** All leaves in it collect values while records are scanned. */
  isCollected: bool;

  // of a top-level field's type
  /** The kind of the values that fit it, and the next one of the field's types. */
  entryKind: i32;
  nextType: NestedType;
}

const startFields: i32 = 8;

/** Creates a type; `setElement`, `setMapKey` and `addStructField` fill it. */
export function createType(kind: i32, isStrict: bool): NestedType {
  const type = changetype<NestedType>(allocateZeros(offsetof<NestedType>()));
  type.kind = kind;
  type.isStrict = isStrict;
  if (kind == typeStruct) {
    type.keys = createKeyTable();
    type.levels = createLevels();
  }
  return type;
}

/** Says which decimals the type holds. */
export function setDecimal(type: NestedType, scalePower: f64, precisionPower: f64): void {
  type.scalePower = scalePower;
  type.precisionPower = precisionPower;
}

/** Tells whether what begins at `at` may be a value of the type, by its first bytes. */
export function mayBeOf(type: NestedType, at: usize): bool {
  const first = <u32>load<u8>(at);
  switch (type.kind) {
    case typeStruct:
    case typeMap:
      return first == openBrace;
    case typeArray: {
      if (first != openBracket) return false;
      const element = skipSpace(at + 1);
      const next = load<u8>(element);
      return next == firstOfNull || next == closeBracket || mayBeOf(type.element, element);
    }
    case typeBoolean:
      return endOfBoolean(at) != 0;
    case typeString:
    case typeTimestamp:
    case typeDate:
      return first == quote;
    default:
      return first == minus || digitOf(first) <= 9;
  }
}

export function setElement(type: NestedType, element: NestedType): void {
  type.element = element;
  element.isElement = type.kind == typeArray;
}

export function setMapKey(type: NestedType, key: NestedType): void {
  type.key = key;
}

/** Adds a field behind those that the struct has. */
export function addStructField(type: NestedType, field: NestedType): void {
  if (type.fieldCount == type.fieldsMax) {
    type.fieldsMax = type.fieldsMax == 0 ? startFields : type.fieldsMax * 2;
    type.fields = grow(type.fields, (<usize>type.fieldCount) << 2, (<usize>type.fieldsMax) << 2);
  }
  store<usize>(type.fields + ((<usize>type.fieldCount) << 2), changetype<usize>(field));
  type.fieldCount++;
  setParent(field, type);
}

/** Notes the struct around the leaves and structs that a field is made of. */
function setParent(type: NestedType, parent: NestedType): void {
  if (type.kind == typeMap) setParent(type.key, parent);
  if (hasElements(type)) setParent(type.element, parent);
  else type.parent = parent;
}

/** Tells whether the type is made of elements: those of an array, or a map's values. */
export function hasElements(type: NestedType): bool {
  return type.kind == typeArray || type.kind == typeMap;
}

export function setLeaf(type: NestedType, leaf: Leaf): void {
  type.leaf = leaf;
}

/** Sets whether the leaves collect values while records are scanned; each leaf in the type must have been set. */
export function setCollected(type: NestedType, isCollected: bool): void {
  type.isCollected = isCollected;
}

/** Learns a key under which JSON has the field, by its bytes as they stand between the quotes; without a field it has only nulls. */
export function addStructKey(type: NestedType, name: usize, length: usize, field: usize): Key {
  return addKey(type.keys, name, length, field);
}

/** Lets members whose key is that of `type` go to the field beside it, where they are of the kind and `type` does not take them; those that are `true` stand for all booleans. */
export function setOther(type: NestedType, kind: i32, field: NestedType): void {
  if (type.others == 0) type.others = allocateZeros((<usize>kindsEnd) << 2);
  store<usize>(type.others + ((<usize>kind) << 2), changetype<usize>(field));
  if (isUntyped(kind)) type.hasNestedOthers = true;
}

/** Tells whether arrays or objects of the kind have no type. */
function isUntyped(kind: i32): bool {
  return kind == kindMixedArray || kind == kindDigitsArray || kind == kindLastArray || kind == kindDeep;
}

/** Lets arrays or structs whose key is that of `type`, and that it does not take, go to the field beside it where they are of its type, which is strict. */
export function addBeside(type: NestedType, field: NestedType): void {
  field.nextBeside = type.firstBeside;
  type.firstBeside = field;
  type.hasNestedOthers = true;
}

/** Says that there is a field beside it which is named for its own type. */
export function setTwin(type: NestedType): void {
  type.hasTwin = true;
}

/** Lets members of the struct that have no place be left out: the host rescues them. */
export function setRescued(type: NestedType): void {
  type.isRescued = true;
}

/** Lets arrays and objects be left out that come under the field's key, are empty on at most so many levels, and have no place: they tell no type. */
export function setEmptyRescued(type: NestedType, levels: i32): void {
  type.emptyLevels = levels;
}

/** Tells whether a member of the key has been left out, or of a whole value's type any member. */
export function hasRescued(type: NestedType): bool {
  return type.hasRescued;
}

/** Tells whether the type is a map, or one of arrays of maps. */
export function isOfMaps(type: NestedType): bool {
  let inner = type;
  while (inner.kind == typeArray) inner = inner.element;
  return inner.kind == typeMap;
}

/** Tells whether a field beside takes values of the kind. */
export function hasOther(type: NestedType, kind: i32): bool {
  return type.others != 0 && changetype<usize>(otherOf(type, kind)) != 0;
}

export function otherOf(type: NestedType, kind: i32): NestedType {
  return changetype<NestedType>(load<usize>(type.others + ((<usize>kind) << 2)));
}

/** Tells whether a member of a value that was found to be of the type has gone to another field than that of its key. */
export function hasOthers(type: NestedType): bool {
  return type.hasOthers;
}

export function fieldAt(type: NestedType, index: i32): NestedType {
  return changetype<NestedType>(load<usize>(type.fields + ((<usize>index) << 2)));
}
