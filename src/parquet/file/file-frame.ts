/** A Parquet file begins and ends with it. Source: https://parquet.apache.org/docs/file-format/ */
export const magic = Buffer.from('PAR1');

const lengthBytes = 4;
/** The footer's length and the magic bytes, behind the footer. */
export const tailBytes = lengthBytes + magic.length;

/** Gives what stands behind a footer. */
export function tailOf(footer: Uint8Array): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([length, magic]);
}
