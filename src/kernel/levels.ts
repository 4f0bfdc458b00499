/** Levels of the types around a type of the column. */
export interface Levels {
  readonly path: readonly string[];
  readonly definition: number;
  readonly repetition: number;
}

/** Gives the levels around a field of the struct that has these. */
export function aroundField({ path, definition, repetition }: Levels, name: string): Levels {
  return { path: [...path, name], definition: definition + 1, repetition };
}

/** Gives the levels around an element of the array that has these: it can be empty, and its elements null. */
export function aroundElement({ path, definition, repetition }: Levels): Levels {
  return { path: [...path, 'list', 'element'], definition: definition + 2, repetition: repetition + 1 };
}

/** Gives the levels around a key of the map that has these: it can be empty, and a key is never null. */
export function aroundKey({ path, definition, repetition }: Levels): Levels {
  return { path: [...path, 'key_value', 'key'], definition: definition + 1, repetition: repetition + 1 };
}

/** Gives the levels around a value of the map that has these. */
export function aroundValue({ path, definition, repetition }: Levels): Levels {
  return { path: [...path, 'key_value', 'value'], definition: definition + 2, repetition: repetition + 1 };
}
