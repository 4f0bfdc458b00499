import { addEntries, addEntry, emptyLeaf, Levels, restoreLeaf, restoreLevels, saveLeaf, saveLevels } from './leaf';
import { fieldAt, hasElements, NestedType } from './nested-type';
import { typeMap, typeStruct } from '../kinds';

/**
 * What the leaves of a type collect. Most of many fields are missing in a struct, so that it only notes the levels that they have: a leaf copies these once it
 * has a value again, or is read.
 */

/** Entries that leaves get once they are completed, of all types. */
export let missingEntries: f64 = 0;

/** Adds an entry of a leaf; `addNumber` and `addString` add the value that may belong to it. */
export function addLeafEntry(type: NestedType, definition: i32, repetition: i32): void {
  takeMissing(type);
  addEntry(type.leaf, definition, repetition);
}

/** Begins a struct; `definition` is the level of a field that it does not have. */
export function beginStruct(type: NestedType, definition: i32, repetition: i32): void {
  takeMissing(type);
  addEntry(type.levels, definition, repetition);
  missingEntries += <f64>type.fieldCount;
}

/** Adds a missing value: its leaves have an entry all the same. */
export function addNull(type: NestedType, definition: i32, repetition: i32): void {
  if (type.kind == typeMap) addNull(type.key, definition, repetition);
  if (hasElements(type)) return addNull(type.element, definition, repetition);
  takeMissing(type);
  addEntry(levelsOf(type), definition, repetition);
}

/** Completes the leaves, so that each has an entry for all that was read. */
export function completeLeaves(type: NestedType): void {
  if (type.kind == typeMap) completeLeaves(type.key);
  if (hasElements(type)) return completeLeaves(type.element);
  if (changetype<usize>(type.parent) != 0) takeUpTo(type, type.parent.levels.entryCount);
  if (type.kind == typeStruct)
    for (let field = 0; field < type.fieldCount; field++) completeLeaves(fieldAt(type, field));
}

/** Drops all entries, which the host has copied; strings stay in the dictionaries. */
export function emptyLeaves(type: NestedType): void {
  missingEntries = 0;
  empty(type);
}

function empty(type: NestedType): void {
  if (type.kind == typeMap) empty(type.key);
  if (hasElements(type)) return empty(type.element);
  type.taken = 0;
  if (type.kind != typeStruct) return emptyLeaf(type.leaf);
  type.levels.entryCount = 0;
  for (let field = 0; field < type.fieldCount; field++) empty(fieldAt(type, field));
}

/** Number of the value since which `restoreLeaves` drops what is added. */
let saved: i32 = 0;
/** The leaf or struct that got an entry last since then: it knows the one before it. */
let lastTouched: usize = 0;

/** Notes what is collected, of all types, for `restoreLeaves`. */
export function saveLeaves(): void {
  saved++;
  lastTouched = 0;
}

/** Drops what was added since `saveLeaves`. */
export function restoreLeaves(): void {
  for (let address = lastTouched; address != 0;) {
    const type = changetype<NestedType>(address);
    type.taken = type.savedTaken;
    if (type.kind == typeStruct) restoreLevels(type.levels);
    else restoreLeaf(type.leaf);
    address = changetype<usize>(type.touchedBefore);
  }
}

/** Notes what a leaf or struct has, before it gets its first entry since `saveLeaves`. */
function touch(type: NestedType): void {
  if (type.savedIn == saved) return;
  type.savedIn = saved;
  type.savedTaken = type.taken;
  if (type.kind == typeStruct) saveLevels(type.levels);
  else saveLeaf(type.leaf);
  type.touchedBefore = changetype<NestedType>(lastTouched);
  lastTouched = changetype<usize>(type);
}

function levelsOf(type: NestedType): Levels {
  return type.kind == typeStruct ? type.levels : type.leaf;
}

/** Adds the entries of structs before this one that do not have the leaf or struct: of this one it is about to get its own. */
function takeMissing(type: NestedType): void {
  touch(type);
  const parent = type.parent;
  if (changetype<usize>(parent) == 0) return;
  const count = parent.levels.entryCount;
  takeUpTo(type, count - 1);
  type.taken = count;
}

/** Adds the entries up to that one of the struct around, but for those that it has. */
function takeUpTo(type: NestedType, end: i32): void {
  if (type.taken >= end) return;
  addEntries(levelsOf(type), type.parent.levels, type.taken, end);
  type.taken = end;
}
