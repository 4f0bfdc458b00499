/** The first byte of `null`: no other value begins with it. */
export const firstOfNull: u8 = 0x6e;

/** Those of `true` and `false`. */
export const firstOfTrue: u8 = 0x74;
export const firstOfFalse: u8 = 0x66;

/** Answers with the address one past the `null` at `at`, 0 for anything else. */
export function endOfNull(at: usize): usize {
  return load<u32>(at) == 0x6c6c756e ? at + 4 : 0;
}

/** Answers with the address one past `true` or `false`, 0 for anything else. */
export function endOfBoolean(at: usize): usize {
  if (load<u32>(at) == 0x65757274) return at + 4;
  return load<u8>(at) == firstOfFalse && load<u32>(at, 1) == 0x65736c61 ? at + 5 : 0;
}
