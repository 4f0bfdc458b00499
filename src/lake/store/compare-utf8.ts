const surrogate = /[\uD800-\uDFFF]/;

/** Compares two strings as their UTF-8 bytes would be, the order in which S3 lists keys. */
export function compareUtf8(a: string, b: string): number {
  // UTF-16 units have the same order, unless one of the strings has characters beyond U+FFFF
  if (surrogate.test(a) || surrogate.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
