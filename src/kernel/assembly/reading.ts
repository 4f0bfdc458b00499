/**
 * The array or object that is being read: how, and what is known of it so far. Reading has one result, an address, so that all else is here. A function that
 * reads what is inside of a value with other settings puts them back.
 */
export class Reading {
  // how it is read
  /** Leaves collect what is read; else it is only looked at. */
  static isCollecting: bool = false;
  /** It is known that what is read is of the type: nothing in it needs to tell that. */
  static isSure: bool = false;
  /** A strict type takes all that it can hold. */
  static isLenient: bool = false;
  /** Number of the pass over the value: some of it is looked at before it is read. */
  static pass: i32 = 0;

  // what was read last, a value or a member with all that is in it
  /** Its types were not inferred: it is of them whatever it has. */
  static isKnown: bool = false;
  /** That, or something in it tells the type that it was read by; null and what is empty do not. */
  static hasType: bool = false;
  /** It is a scalar that by itself has another type than its field, which takes it all the same. */
  static isOther: bool = false;

  // what was met in the whole value
  /** A member has gone to another field than that of its key. */
  static metOthers: bool = false;
  /** A member has been left out, for the host to rescue. */
  static metRescued: bool = false;

  // what was met in an array that is no element itself, and in arrays within it
  /** Elements of the type that its elements have by themselves, and such as have another. */
  static hasOwnElements: bool = false;
  static hasOtherElements: bool = false;

  // what was met in an array that is in no other one: by itself it is JSON text where its elements have too many leaves
  /** Its number. */
  static array: i32 = 0;
  /** How many leaves its elements have by themselves at most. */
  static leavesMet: i32 = 0;
  /** A full struct in it had a member that was left out. */
  static metLeftOutOfFull: bool = false;
}

/** Passes over values so far. */
let passes: i32 = 0;

/** Gives the number of another pass. */
export function nextPass(): i32 {
  return ++passes;
}
