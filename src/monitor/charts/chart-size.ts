/** A chart's extent and the margins around its marks, in units of its view box. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly bottom: number;
  readonly top: number;
  readonly right: number;
}

/** Positions need no more: it halves the size of a page with many charts. */
export function oneDecimal(position: number): number {
  return Math.round(position * 10) / 10;
}

/** Successive items that `fits` says yes to, as one list each. */
export function runsOf<Item>(items: readonly Item[], fits: (item: Item) => boolean): Item[][] {
  const runs: Item[][] = [];
  let isOpen = false;
  for (const item of items) {
    const isIn = fits(item);
    if (isIn && isOpen) runs.at(-1)?.push(item);
    else if (isIn) runs.push([item]);
    isOpen = isIn;
  }
  return runs;
}
