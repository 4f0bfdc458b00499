/** What the host calls. */

export { mark, release, take } from './arena';
export { codesOfNumbers, greatestOf, leastFrom, leastOf, placeTimes, renumber } from './columns';
export { addText, createDictionary, textBytesOf, textCountOf, textOffsetsOf } from './dictionary';
export { writeBits, writeCodes, writeDeltas, writeLevels } from './encodings';
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
export { addKey, createPart, setElement, setField, setLeaf, shred } from './parts';
export { codesOf, createLiteral, createShape, hasNested, kindsOf, place, scan, setPart } from './records';
export { createTexts, forgetTexts } from './text';
