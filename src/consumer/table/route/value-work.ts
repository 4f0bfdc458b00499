import type { DecodedColumn } from '../../columns/builders/decoded-column.ts';

/** Work on one value, in bytes of JSON; that on a nested one is at least its bytes. */
export const valueBytes = 64;

/** Work on the column's value, in bytes of JSON. */
export function workOn({ store }: DecodedColumn, index: number): number {
  return valueBytes + (store.kind === 'nested' ? store.values.endAt(index) - store.values.startAt(index) : 0);
}
