/** An index of a byte in the kernel's memory; 0 is nowhere. */
export type Address = number;

/** Exports of the WebAssembly module; documented in `assembly/`. */
export interface Calls {
  readonly memory: WebAssembly.Memory;
  mark(): Address;
  release(to: Address): void;
  allocate(bytes: number): Address;
  createPowers(bytes: number): Address;
  createStrings(bytes: number): void;
  clearStrings(): void;
  setHashKey(first: bigint, second: bigint): void;
  createDictionary(): Address;
  closeDictionary(dictionary: Address): void;
  idOf(dictionary: Address, start: Address, end: Address): number;
  isStrong(dictionary: Address): number;
  probeCountOf(dictionary: Address): number;
  stringCountOf(dictionary: Address): number;
  stringBytesOf(dictionary: Address): Address;
  stringOffsetsOf(dictionary: Address): Address;
  minStringOf(dictionary: Address): number;
  maxStringOf(dictionary: Address): number;
  endOfNumber(start: Address): Address;
  readonly numberValue: { readonly value: number };
  findLongRange(values: Address, count: number): void;
  readonly longMin: { readonly value: bigint };
  readonly longMax: { readonly value: bigint };
  rebase(
    starts: Address,
    ends: Address,
    count: number,
    base: number,
    window: Address,
    windowBytes: number,
    recordBytesMax: number,
  ): number;
  createScanner(): Address;
  addField(scanner: Address, name: Address, length: number, field: Address): Address;
  scan(scanner: Address, firstRow: number, starts: Address, ends: Address, count: number): number;
  unknownKeyStart(scanner: Address): Address;
  unknownKeyEnd(): Address;
  hasDuplicateKey(): number;
  dropRecord(scanner: Address, row: number): void;
  keysOf(scanner: Address): Address;
  extrasOf(scanner: Address): Address;
  addExtraKey(keys: Address, extras: Address, name: Address, length: number, roomBytes: number): void;
  extraCountOf(extras: Address): number;
  extraMembersOf(extras: Address): Address;
  findExtraObjects(extras: Address, first: number, rows: Address, ends: Address): number;
  readonly foundMembers: { readonly value: number };
  emptyExtras(extras: Address): void;
  filledFieldsOf(scanner: Address): Address;
  filledCountOf(filled: Address): number;
  filledEntriesOf(filled: Address): number;
  filledAddressesOf(filled: Address): Address;
  detachFields(filled: Address): void;
  emptyFields(filled: Address): void;
  keepIntegers(field: Address): void;
  keepLongs(field: Address): void;
  setDetachable(field: Address, detachableKinds: number, stringKinds: number, dictionary: Address): void;
  detachedCountOf(field: Address): number;
  hideAttached(field: Address): void;
  dropDetached(field: Address): void;
  addType(field: Address, type: Address, kind: number): void;
  removeType(field: Address, type: Address): void;
  setUntypedLevels(field: Address, levels: number): void;
  setEmptyLevels(field: Address, levels: number): void;
  countOf(field: Address): number;
  rowsOf(field: Address): Address;
  leftOutOf(field: Address): Address;
  setLeftOutPath(start: Address, length: number): void;
  writeLeftOut(
    starts: Address,
    count: number,
    members: Address,
    ranges: Address,
    room: Address,
    roomEnd: Address,
    writtenEnds: Address,
  ): number;
  kindsOf(field: Address): Address;
  startsOf(field: Address): Address;
  endsOf(field: Address): Address;
  numbersOf(field: Address): Address;
  kindBitsOf(field: Address): number;
  copyNumbers(field: Address, kindBits: number, rows: Address, numbers: Address): number;
  copyPositions(field: Address, kindBits: number, rows: Address, starts: Address, ends: Address): number;
  readAgain(field: Address, entry: number): void;
  copyPartial(
    field: Address,
    kind: number,
    first: number,
    end: number,
    number: number,
    numbers: Address,
    starts: Address,
    ranges: Address,
  ): number;
  copyLongs(field: Address, rows: Address, longs: Address): number;
  copySpellings(field: Address, spellings: Address): number;
  dictionaryIdsOf(field: Address, kindBits: number, dictionary: Address, rows: Address, ids: Address): number;
  copyStrings(field: Address, kindBits: number, offset: number, rows: Address, to: Address, ends: Address): number;
  readonly minCopied: { readonly value: number };
  readonly maxCopied: { readonly value: number };
  minOf(values: Address, count: number): number;
  maxOf(values: Address, count: number): number;
  minFrom(values: Address, count: number, floor: number): number;
  countNaN(values: Address, count: number): number;
  scaleIntegers(values: Address, count: number, factor: number): number;
  setPlacementTimes(times: Address, sent: Address, count: number, past: number, future: number): void;
  renumberIds(ids: Address, count: number, idCount: number, used: Address, uses: Address): number;
  idsOfNumbers(values: Address, count: number, numbersMax: number, numbers: Address, ids: Address): number;
  areScattered(ids: Address, count: number, idCount: number): number;
  writeStringKeys(ids: Address, count: number, bytes: Address, starts: Address, ends: Address, keys: Address): void;
  sortDictionary(keys: Address, count: number, values: Address, shift: number, ids: Address, idCount: number): void;
  writeIds(ids: Address, count: number, width: number, to: Address): Address;
  writeLevels(levels: Address, count: number, width: number, to: Address): Address;
  splitBytes(values: Address, count: number, width: number, to: Address): Address;
  countLevel(levels: Address, count: number, level: number): number;
  writeBits(bits: Address, count: number, to: Address): Address;
  writeDeltas(values: Address, count: number, to: Address): Address;
  writeLongDeltas(values: Address, count: number, to: Address): Address;
  sumLengths(ids: Address, uses: Address, count: number, starts: Address, ends: Address): number;
  writeLengths(ids: Address, count: number, starts: Address, ends: Address, to: Address): void;
  endOfRun(ids: Address, first: number, count: number, starts: Address, ends: Address): number;
  writePlainStrings(ids: Address, count: number, bytes: Address, starts: Address, ends: Address, to: Address): Address;
  createType(kind: number, isStrict: boolean): Address;
  setDecimal(type: Address, scalePower: number, precisionPower: number): void;
  setElement(type: Address, element: Address): void;
  setMapKey(type: Address, key: Address): void;
  addBeside(type: Address, field: Address): void;
  addStructField(type: Address, field: Address): void;
  addStructKey(type: Address, name: Address, length: number, field: Address): Address;
  setOther(type: Address, kind: number, field: Address): void;
  hasOthers(type: Address): number;
  setRescued(type: Address): void;
  setFull(type: Address, emptyLevels: number): void;
  addFullName(type: Address, name: Address, length: number): void;
  setMovable(field: Address): void;
  setEmptyRescued(type: Address, levels: number): void;
  hasRescued(type: Address): number;
  shareKey(key: Address): void;
  spellKey(key: Address, first: Address): void;
  setTwin(type: Address): void;
  setTarget(key: Address, target: Address): void;
  createLeaf(): Address;
  setLeaf(type: Address, leaf: Address): void;
  setCollected(type: Address, isCollected: boolean): void;
  isSpoiled(field: Address): number;
  writeJsonValues(
    starts: Address,
    ends: Address,
    count: number,
    room: Address,
    roomEnd: Address,
    writtenEnds: Address,
  ): number;
  shred(type: Address, starts: Address, ends: Address, count: number): number;
  shredNoting(type: Address, starts: Address, ends: Address, count: number, members: Address, counts: Address): number;
  entryCountOf(leaf: Address): number;
  definitionsOf(leaf: Address): Address;
  repetitionsOf(leaf: Address): Address;
  valueCountOf(leaf: Address): number;
  areLongs(leaf: Address): number;
  valuesOf(leaf: Address): Address;
  dictionaryOf(leaf: Address): Address;
  completeLeaves(type: Address): void;
  emptyLeaves(type: Address): void;
  gatherEntries(
    definitions: Address,
    repetitions: Address,
    count: number,
    indexes: Address,
    rows: number,
    definitionsTo: Address,
    repetitionsTo: Address,
  ): number;
  readonly chosenCount: { readonly value: number };
  readonly missingEntries: { readonly value: number };
  gatherValues(
    definitions: Address,
    repetitions: Address,
    count: number,
    indexes: Address,
    rows: number,
    definitionMax: number,
    values: Address,
    shift: number,
    to: Address,
  ): number;
}
