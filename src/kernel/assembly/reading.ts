/** The array or object that is being read, and what is known of it so far. */
export class Reading {
  /** Leaves collect what is read; else it is only looked at. */
  static isCollecting: bool = false;
  /** Number of the pass over the value: some of it is looked at before it is read. */
  static pass: i32 = 0;
  /** The scalar that was read last has another type by itself than that of its field, which takes it all the same. */
  static isOther: bool = false;
  /** An array, or one in it, has had elements of its elements' type, and such as have another by themselves. */
  static hasOwnElements: bool = false;
  static hasOtherElements: bool = false;
  /** A strict type takes all that it can hold. */
  static isLenient: bool = false;
  /** It is known that what is read is of the type. */
  static isSure: bool = false;
  /**
   * What is known of the value that was read last: one of a type that was not inferred has that type; else something in it must tell its type,
   * which null and what is empty do not.
   */
  static isKnown: bool = false;
  static hasType: bool = false;
  /** A member has gone to another field than that of its key. */
  static metOthers: bool = false;
  /** A member has been left out, for the host to rescue. */
  static metRescued: bool = false;
  /** Number of the array that is in no other one, and what is known of it so far: how many leaves its elements have by themselves at most. */
  static array: i32 = 0;
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
