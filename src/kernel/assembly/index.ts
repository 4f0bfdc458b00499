/** The functions that the host calls. */

export { mark, release, allocate } from './arena';
export {
  countNaN,
  findLongRange,
  idsOfNumbers,
  longMax,
  longMin,
  maxOf,
  minFrom,
  minOf,
  renumberIds,
  scaleIntegers,
  setPlacementTimes,
} from './columns';
export { createPowers } from './decimal';
export {
  closeDictionary,
  idOf,
  createDictionary,
  isStrong,
  maxStringOf,
  minStringOf,
  probeCountOf,
  stringBytesOf,
  stringCountOf,
  stringOffsetsOf,
} from './dictionary';
export {
  countOf,
  detachedCountOf,
  dropDetached,
  endsOf,
  hideAttached,
  isSpoiled,
  keepIntegers,
  keepLongs,
  kindBitsOf,
  kindsOf,
  leftOutOf,
  numbersOf,
  rowsOf,
  setDetachable,
  startsOf,
} from './fields';
export {
  copyLongs,
  copyNumbers,
  copyPartial,
  copyPositions,
  copyStrings,
  dictionaryIdsOf,
  maxCopied,
  minCopied,
} from './field-copies';
export { addType, removeType, setEmptyLevels, setUntypedLevels } from './field-types';
export { copySpellings } from './field-times';
export { readAgain } from './field-values';
export { addFullName, setFull, setMovable } from './full-structs';
export { detachFields, emptyFields, filledAddressesOf, filledCountOf, filledEntriesOf } from './filled-fields';
export { completeLeaves, emptyLeaves, missingEntries } from './collected';
export { chosenCount, gatherEntries, gatherValues } from './gather';
export { setHashKey } from './hash';
export {
  addExtraKey,
  emptyExtras,
  extraCountOf,
  extraMembersOf,
  findExtraObjects,
  foundMembers,
} from './extra-members';
export { countLevel, splitBytes, writeBits, writeIds, writeDeltas, writeLevels, writeLongDeltas } from './encodings';
export { setLeftOutPath, writeLeftOut } from './left-out-text';
export {
  areLongs,
  createLeaf,
  definitionsOf,
  dictionaryOf,
  entryCountOf,
  repetitionsOf,
  valueCountOf,
  valuesOf,
} from './leaf';
export { endOfNumber, numberValue } from './number';
export {
  addBeside,
  addStructField,
  addStructKey,
  createType,
  hasOthers,
  hasRescued,
  setCollected,
  setDecimal,
  setElement,
  setEmptyRescued,
  setLeaf,
  setMapKey,
  setOther,
  setRescued,
  setTwin,
} from './nested-type';
export { shred, shredNoting } from './shred';
export { setTarget, shareKey, spellKey } from './keys';
export {
  addField,
  createScanner,
  dropRecord,
  extrasOf,
  filledFieldsOf,
  hasDuplicateKey,
  keysOf,
  scan,
  unknownKeyEnd,
  unknownKeyStart,
} from './records';
export { rebase } from './rebase';
export { areScattered, sortDictionary, writeStringKeys } from './sort';
export { endOfRun, sumLengths, writeLengths, writePlainStrings } from './string-columns';
export { createStrings, clearStrings } from './strings';
export { writeJsonValues } from './written-json';
