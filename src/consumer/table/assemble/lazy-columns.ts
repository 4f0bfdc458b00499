import type { ColumnType } from '../../../schema/types/column-type.ts';
import type { TableColumn } from '../../ports/columnar-table.ts';

type Cells = Pick<TableColumn, 'data' | 'compact' | 'validity'>;

/** Flags of rows, in memory that is used again for each column: one of the system's pages after the other for a byte of each row and column would add up. */
export class RowFlags {
  #flags = new Uint8Array(0);

  /** Gives flags that are 0, valid until others are asked for. */
  zeros(length: number): Uint8Array {
    if (length > this.#flags.length) this.#flags = new Uint8Array(length);
    else this.#flags.fill(0, 0, length);
    return this.#flags.subarray(0, length);
  }
}

/** A column whose cells are assembled when they are asked for. */
export interface ColumnRecipe {
  readonly name: string;
  readonly type: ColumnType;
  /** The cells are valid until those of another column are assembled with the same flags. */
  assemble(flags: RowFlags): Cells;
}

/**
 * Makes columns of which one at a time has its cells in memory, the one that was read last: a table of many columns with few values takes
 * no more memory than one column.
 */
export function lazyColumns(recipes: readonly ColumnRecipe[]): TableColumn[] {
  let current: ColumnRecipe | undefined;
  let cells: Cells | undefined;
  const flags = new RowFlags();
  const cellsOf = (recipe: ColumnRecipe): Cells => {
    if (current === recipe && cells !== undefined) return cells;
    current = recipe;
    cells = recipe.assemble(flags);
    return cells;
  };
  return recipes.map((recipe) => ({
    name: recipe.name,
    type: recipe.type,
    get data() {
      return cellsOf(recipe).data;
    },
    get compact() {
      return cellsOf(recipe).compact;
    },
    get validity() {
      return cellsOf(recipe).validity;
    },
  }));
}
