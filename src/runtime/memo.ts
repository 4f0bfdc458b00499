/**
 * Makes the value of a key once and remembers it, for at most `entriesMax` keys: those that come first. Later keys are made each
 * time, so that content from outside can't fill the memory. A caller whose keys may be long leaves long ones out.
 */
export function memoize<Key, Value extends object | string | number>(
  make: (key: Key) => Value,
  entriesMax: number,
): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const present = known.get(key);
    if (present !== undefined) return present;
    const made = make(key);
    if (known.size < entriesMax) known.set(key, made);
    return made;
  };
}

/**
 * Does the work for the first caller and gives the others its result, for each argument by its `keyOf`. A failure is not remembered: who asks
 * after it lets the work be done again.
 */
export function rememberSuccess<Argument, Value>(
  work: (argument: Argument) => Promise<Value>,
  keyOf: (argument: Argument) => unknown = (argument) => argument,
): (argument: Argument) => Promise<Value> {
  const known = new Map<unknown, Promise<Value>>();
  return (argument) => {
    const key = keyOf(argument);
    const present = known.get(key);
    if (present !== undefined) return present;
    const made = work(argument);
    known.set(key, made);
    made.catch(() => known.delete(key));
    return made;
  };
}
