import { grow, allocate } from './arena';
import { idOf, createDictionary, Dictionary } from './dictionary';

const startEntries: i32 = 256;

/**
 * Values collected of one leaf type: an entry for each row, or for each element of the arrays around the leaf. An entry's definition level
 * says how many of the types around it have a value, its repetition level which of the arrays it continues.
 * Source: https://parquet.apache.org/docs/file-format/nestedencoding/
 */
@unmanaged
export class Leaf {
  entryCount: i32;
  entriesMax: i32;
  /** Levels by entry, 8 bits each. */
  definitions: usize;
  repetitions: usize;
  valueCount: i32;
  valuesMax: i32;
  /** Values of the entries that have one: doubles, or the dictionary ids of strings, 32 bits each. */
  values: usize;
  dictionary: Dictionary;
  /** The counts that `saveLeaf` noted. */
  savedEntries: i32;
  savedValues: i32;
}

export function createLeaf(): Leaf {
  const leaf = changetype<Leaf>(allocate(offsetof<Leaf>()));
  leaf.entryCount = 0;
  leaf.entriesMax = startEntries;
  leaf.definitions = allocate(startEntries);
  leaf.repetitions = allocate(startEntries);
  leaf.valueCount = 0;
  leaf.valuesMax = startEntries;
  leaf.values = allocate(startEntries * 8);
  leaf.dictionary = createDictionary();
  return leaf;
}

/** Adds an entry; `addNumber` and `addString` add the value that may belong to it. */
export function addEntry(leaf: Leaf, definition: i32, repetition: i32): void {
  const entry = leaf.entryCount;
  if (entry == leaf.entriesMax) {
    leaf.definitions = grow(leaf.definitions, entry, <usize>entry * 2);
    leaf.repetitions = grow(leaf.repetitions, entry, <usize>entry * 2);
    leaf.entriesMax = entry * 2;
  }
  store<u8>(leaf.definitions + entry, <u8>definition);
  store<u8>(leaf.repetitions + entry, <u8>repetition);
  leaf.entryCount = entry + 1;
}

export function addNumber(leaf: Leaf, value: f64): void {
  if (leaf.valueCount == leaf.valuesMax) growValues(leaf);
  store<f64>(leaf.values + ((<usize>leaf.valueCount) << 3), value);
  leaf.valueCount++;
}

export function addString(leaf: Leaf, start: usize, end: usize): void {
  if (leaf.valueCount == leaf.valuesMax) growValues(leaf);
  store<i32>(leaf.values + ((<usize>leaf.valueCount) << 2), idOf(leaf.dictionary, start, end));
  leaf.valueCount++;
}

function growValues(leaf: Leaf): void {
  const bytes = (<usize>leaf.valuesMax) << 3;
  leaf.values = grow(leaf.values, bytes, bytes * 2);
  leaf.valuesMax *= 2;
}

/** Notes what is collected, for `restoreLeaf`. */
export function saveLeaf(leaf: Leaf): void {
  leaf.savedEntries = leaf.entryCount;
  leaf.savedValues = leaf.valueCount;
}

/** Drops what was added since `saveLeaf`; strings stay in the dictionary. */
export function restoreLeaf(leaf: Leaf): void {
  leaf.entryCount = leaf.savedEntries;
  leaf.valueCount = leaf.savedValues;
}

/** Drops all entries, which the host has copied; strings stay in the dictionary. */
export function emptyLeaf(leaf: Leaf): void {
  leaf.entryCount = 0;
  leaf.valueCount = 0;
}

export function entryCountOf(leaf: Leaf): i32 {
  return leaf.entryCount;
}

export function definitionsOf(leaf: Leaf): usize {
  return leaf.definitions;
}

export function repetitionsOf(leaf: Leaf): usize {
  return leaf.repetitions;
}

export function valueCountOf(leaf: Leaf): i32 {
  return leaf.valueCount;
}

export function valuesOf(leaf: Leaf): usize {
  return leaf.values;
}

export function dictionaryOf(leaf: Leaf): Dictionary {
  return leaf.dictionary;
}
