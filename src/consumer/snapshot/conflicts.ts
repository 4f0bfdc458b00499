/** Changes of a table by others that are taken in before giving up. */
export const conflictsMax = 50;
