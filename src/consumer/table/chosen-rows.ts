import { rowOf, type DecodedColumn } from '../columns/decoded-column.ts';

/** The rows of a table among those of the batch. */
export class ChosenRows {
  readonly #rowCount: number;
  readonly #isChosen: Uint8Array | undefined;

  constructor(rows: Int32Array, rowCount: number) {
    this.#rowCount = rows.length;
    if (rows.length === rowCount) return;
    this.#isChosen = new Uint8Array(rowCount);
    for (const row of rows) this.#isChosen[row] = 1;
  }

  /** Tells whether one of the rows has a value of the column. */
  haveValueOf(column: DecodedColumn): boolean {
    if (this.#isChosen === undefined) return this.#rowCount > 0 && column.count > 0;
    for (let index = 0; index < column.count; index++) if (this.#isChosen[rowOf(column, index)] === 1) return true;
    return false;
  }
}
