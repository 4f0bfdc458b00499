import { grow, take } from './arena';
import { addText, createDictionary, Dictionary } from './dictionary';

const startEntries: i32 = 256;

/**
 * What is collected of a part without parts: an entry for each row, or for each element of the arrays around it. Its definition level says
 * how much of what is around it is there, its repetition level which of the arrays it continues.
 * Source: https://parquet.apache.org/docs/file-format/nestedencoding/
 */
@unmanaged
export class Leaf {
  entryCount: i32;
  entriesMax: i32;
  /** By entry, 8 bits each. */
  definitions: usize;
  repetitions: usize;
  valueCount: i32;
  valuesMax: i32;
  /** Of the entries that have one: doubles, numbers of texts as well. */
  values: usize;
  dictionary: Dictionary;
  /** As `keepLeaf` found them. */
  keptEntries: i32;
  keptValues: i32;
}

export function createLeaf(): Leaf {
  const leaf = changetype<Leaf>(take(offsetof<Leaf>()));
  leaf.entryCount = 0;
  leaf.entriesMax = startEntries;
  leaf.definitions = take(startEntries);
  leaf.repetitions = take(startEntries);
  leaf.valueCount = 0;
  leaf.valuesMax = startEntries;
  leaf.values = take(startEntries * 8);
  leaf.dictionary = createDictionary();
  return leaf;
}

/** An entry without a value. */
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

export function addValue(leaf: Leaf, value: f64): void {
  const at = leaf.valueCount;
  if (at == leaf.valuesMax) {
    leaf.values = grow(leaf.values, (<usize>at) << 3, (<usize>at) << 4);
    leaf.valuesMax = at * 2;
  }
  store<f64>(leaf.values + ((<usize>at) << 3), value);
  leaf.valueCount = at + 1;
}

export function addTextValue(leaf: Leaf, start: usize, end: usize): void {
  addValue(leaf, <f64>addText(leaf.dictionary, start, end));
}

/** Makes `restoreLeaf` possible. */
export function keepLeaf(leaf: Leaf): void {
  leaf.keptEntries = leaf.entryCount;
  leaf.keptValues = leaf.valueCount;
}

/** Takes back what was added since `keepLeaf`; texts stay in the dictionary. */
export function restoreLeaf(leaf: Leaf): void {
  leaf.entryCount = leaf.keptEntries;
  leaf.valueCount = leaf.keptValues;
}

/** Its entries have been copied: the next ones take their place. */
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
