/** Where a batch may end while it is decoded. */
export interface DecodeLimits {
  readonly rowsMax: number;
  /** Bytes of the values that arrays and structs are shredded into. */
  readonly heldBytesMax: number;
}

/** Where a batch did end while it was decoded: before the record at the offset. */
export interface EarlyEnd {
  readonly offset: bigint;
  readonly reason: 'rows' | 'bytes';
}
