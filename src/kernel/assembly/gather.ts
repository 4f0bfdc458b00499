/**
 * Chooses values of rows among those that a leaf has collected. `indexes` says for each row which of the values it has: -1 for none, -2 for an
 * empty array. They ascend. The leaf has one entry a value, unless it has `repetitions`, which are 0 where a value begins.
 */

const emptyArray: i32 = -2;

/** The number of values that `gatherEntries` chose last. */
export let chosenCount: i32 = 0;

/** Writes the rows' levels to `definitionsTo` and `repetitionsTo`; answers with how many entries these are. */
export function gatherEntries(
  definitions: usize,
  repetitions: usize,
  count: i32,
  indexes: usize,
  rows: i32,
  definitionsTo: usize,
  repetitionsTo: usize,
): i32 {
  let written: usize = 0;
  let value = 0;
  let entry: usize = 0;
  chosenCount = 0;
  for (let row = 0; row < rows; row++) {
    const wanted = load<i32>(indexes + ((<usize>row) << 2));
    if (wanted >= 0) chosenCount++;
    if (wanted < 0) {
      store<u8>(definitionsTo + written, wanted == emptyArray ? 1 : 0);
      if (repetitions != 0) store<u8>(repetitionsTo + written, 0);
      written++;
      continue;
    }
    if (repetitions == 0) {
      store<u8>(definitionsTo + written++, load<u8>(definitions + <usize>wanted));
      continue;
    }
    for (; value < wanted; value++) entry = endOfRow(repetitions, entry, count);
    const end = endOfRow(repetitions, entry, count);
    for (; entry < end; entry++, written++) {
      store<u8>(definitionsTo + written, load<u8>(definitions + entry));
      store<u8>(repetitionsTo + written, load<u8>(repetitions + entry));
    }
    value++;
  }
  return <i32>written;
}

/**
 * Copies what the rows' entries have of `values`, `1 << shift` bytes each: an entry has one when its definition level is `definitionMax`.
 * Answers with how many they are.
 */
export function gatherValues(
  definitions: usize,
  repetitions: usize,
  count: i32,
  indexes: usize,
  rows: i32,
  definitionMax: i32,
  values: usize,
  shift: i32,
  to: usize,
): i32 {
  let written = 0;
  let from = 0;
  let value = 0;
  let entry: usize = 0;
  for (let row = 0; row < rows; row++) {
    const wanted = load<i32>(indexes + ((<usize>row) << 2));
    if (wanted < 0) continue;
    while (value <= wanted) {
      const end = repetitions == 0 ? entry + 1 : endOfRow(repetitions, entry, count);
      let found = 0;
      for (; entry < end; entry++) found += <i32>(load<u8>(definitions + entry) == definitionMax);
      if (value == wanted) {
        memory.copy(to + ((<usize>written) << shift), values + ((<usize>from) << shift), (<usize>found) << shift);
        written += found;
      }
      from += found;
      value++;
    }
  }
  return written;
}

/** Finds the entry one past those of the row whose first one is `entry`. */
function endOfRow(repetitions: usize, entry: usize, count: i32): usize {
  let end = entry + 1;
  while (end < <usize>count && load<u8>(repetitions + end) != 0) end++;
  return end;
}
