import type { ColumnType } from '../../schema/types.ts';
import type { TableColumn } from '../ports/columnar-table.ts';

type Cells = Pick<TableColumn, 'data' | 'compact' | 'validity'>;

/** A column whose cells are assembled when they are asked for. */
export interface ColumnRecipe {
  readonly name: string;
  readonly type: ColumnType;
  assemble(): Cells;
}

/**
 * Makes columns of which one at a time has its cells in memory, the one that was read last: a table of many columns with few values takes
 * no more memory than one column.
 */
export function lazyColumns(recipes: readonly ColumnRecipe[]): TableColumn[] {
  let current: ColumnRecipe | undefined;
  let cells: Cells | undefined;
  const cellsOf = (recipe: ColumnRecipe): Cells => {
    if (current === recipe && cells !== undefined) return cells;
    current = recipe;
    cells = recipe.assemble();
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
