/** The functions that the host calls. */

export { mark, release, allocate } from './arena';
export { idsOfNumbers, maxOf, minFrom, minOf, setPlacementTimes, renumberIds } from './columns';
export { createPowers } from './decimal';
export {
  idOf,
  createDictionary,
  isStrong,
  probeCountOf,
  stringBytesOf,
  stringCountOf,
  stringOffsetsOf,
} from './dictionary';
export { setHashKey } from './hash';
export { writeBits, writeIds, writeDeltas, writeLevels } from './encodings';
export {
  createLeaf,
  definitionsOf,
  dictionaryOf,
  emptyLeaf,
  entryCountOf,
  repetitionsOf,
  valueCountOf,
  valuesOf,
} from './leaf';
export { endOfNumber, numberValue } from './number';
export { addKey, createType, setElement, setField, setLeaf, shred } from './nested-types';
export { dictionaryIdsOf, createLiteral, createShape, hasRawNested, kindsOf, rebase, scan, setType } from './records';
export { createStrings, clearStrings } from './strings';
