import { grow, allocate } from './arena';
import { copySlack, copyBytes } from './bytes';
import { append, createDictionary, Dictionary, idOf } from './dictionary';
import { trialDistinctMax, trialValues } from '../kinds';

const startEntries: i32 = 256;

/**
 * Levels of entries: one for each row, or for each element of the arrays around. An entry's definition level says how many of the types around it have a
 * value, its repetition level which of the arrays it continues.
 * Source: https://parquet.apache.org/docs/file-format/nestedencoding/
 */
@unmanaged
export class Levels {
  entryCount: i32;
  entriesMax: i32;
  /** Bytes, one for each entry. */
  definitions: usize;
  repetitions: usize;
  /** The count that `saveLevels` noted. */
  savedEntries: i32;
}

/** Values collected of one leaf type. */
@unmanaged
export class Leaf extends Levels {
  valueCount: i32;
  valuesMax: i32;
  /** Values of the entries that have one: doubles, or, once `areLongs`, integers of 64 bits; of strings their dictionary ids, 32 bits each. */
  values: usize;
  areLongs: bool;
  dictionary: Dictionary;
  /** Strings so far, those that were dropped too. */
  stringCount: i32;
  /** Hardly any string comes again: each is added to the dictionary without a look for it. */
  isPlain: bool;
  /** The count that `saveLeaf` noted. */
  savedValues: i32;
}

export function createLevels(): Levels {
  return withRoom(changetype<Levels>(allocate(offsetof<Levels>())));
}

function withRoom(levels: Levels): Levels {
  levels.entryCount = 0;
  levels.entriesMax = startEntries;
  levels.definitions = allocate(<usize>startEntries + copySlack);
  levels.repetitions = allocate(<usize>startEntries + copySlack);
  return levels;
}

export function createLeaf(): Leaf {
  const leaf = changetype<Leaf>(allocate(offsetof<Leaf>()));
  withRoom(leaf);
  leaf.valueCount = 0;
  leaf.areLongs = false;
  leaf.valuesMax = startEntries;
  leaf.values = allocate(startEntries * 8);
  leaf.dictionary = createDictionary();
  leaf.stringCount = 0;
  leaf.isPlain = false;
  return leaf;
}

/** Adds an entry; `addNumber` and `addString` add the value that may belong to it. */
export function addEntry(levels: Levels, definition: i32, repetition: i32): void {
  const entry = levels.entryCount;
  if (entry == levels.entriesMax) growLevels(levels, entry + 1);
  store<u8>(levels.definitions + entry, <u8>definition);
  store<u8>(levels.repetitions + entry, <u8>repetition);
  levels.entryCount = entry + 1;
}

/** Adds the entries `[first, end)` of others. */
export function addEntries(levels: Levels, from: Levels, first: i32, end: i32): void {
  const entry = levels.entryCount;
  const count = end - first;
  if (entry + count > levels.entriesMax) growLevels(levels, entry + count);
  copyBytes(levels.definitions + entry, from.definitions + first, count);
  copyBytes(levels.repetitions + entry, from.repetitions + first, count);
  levels.entryCount = entry + count;
}

function growLevels(levels: Levels, needed: i32): void {
  const bytes = <usize>levels.entriesMax + copySlack;
  const entriesMax = max(needed, levels.entriesMax * 2);
  levels.definitions = grow(levels.definitions, bytes, <usize>entriesMax + copySlack);
  levels.repetitions = grow(levels.repetitions, bytes, <usize>entriesMax + copySlack);
  levels.entriesMax = entriesMax;
}

export function addNumber(leaf: Leaf, value: f64): void {
  if (leaf.areLongs) return addLong(leaf, <i64>value);
  if (leaf.valueCount == leaf.valuesMax) growValues(leaf);
  store<f64>(leaf.values + ((<usize>leaf.valueCount) << 3), value);
  leaf.valueCount++;
}

/** Adds an integer; all of the leaf's values are integers. */
export function addLong(leaf: Leaf, value: i64): void {
  if (!leaf.areLongs) becomeLongs(leaf);
  if (leaf.valueCount == leaf.valuesMax) growValues(leaf);
  store<i64>(leaf.values + ((<usize>leaf.valueCount) << 3), value);
  leaf.valueCount++;
}

function becomeLongs(leaf: Leaf): void {
  leaf.areLongs = true;
  const end = leaf.values + ((<usize>leaf.valueCount) << 3);
  for (let at = leaf.values; at < end; at += 8) store<i64>(at, <i64>load<f64>(at));
}

export function addString(leaf: Leaf, start: usize, end: usize): void {
  if (leaf.valueCount == leaf.valuesMax) growValues(leaf);
  const dictionary = leaf.dictionary;
  const id = leaf.isPlain ? append(dictionary, start, end - start) : idOf(dictionary, start, end);
  store<i32>(leaf.values + ((<usize>leaf.valueCount) << 2), id);
  leaf.valueCount++;
  if (++leaf.stringCount == trialValues) leaf.isPlain = dictionary.count > trialDistinctMax;
}

function growValues(leaf: Leaf): void {
  const bytes = (<usize>leaf.valuesMax) << 3;
  leaf.values = grow(leaf.values, bytes, bytes * 2);
  leaf.valuesMax *= 2;
}

/** Notes the entries, for `restoreLevels`. */
export function saveLevels(levels: Levels): void {
  levels.savedEntries = levels.entryCount;
}

/** Drops the entries that came since `saveLevels`. */
export function restoreLevels(levels: Levels): void {
  levels.entryCount = levels.savedEntries;
}

/** Notes what is collected, for `restoreLeaf`. */
export function saveLeaf(leaf: Leaf): void {
  saveLevels(leaf);
  leaf.savedValues = leaf.valueCount;
}

/** Drops what was added since `saveLeaf`; strings stay in the dictionary. */
export function restoreLeaf(leaf: Leaf): void {
  restoreLevels(leaf);
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

/** Tells whether the values are integers of 64 bits. */
export function areLongs(leaf: Leaf): bool {
  return leaf.areLongs;
}

export function valuesOf(leaf: Leaf): usize {
  return leaf.values;
}

export function dictionaryOf(leaf: Leaf): Dictionary {
  return leaf.dictionary;
}
