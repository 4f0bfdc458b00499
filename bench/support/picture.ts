import { whole } from './figures.ts';
import { kindsLayouts } from './kinds-layout.ts';
import { rankedKinds } from './ranked-kinds.ts';
import { jsonRateOf } from './rates.ts';
import { contenderOf, type Results, type WorkloadResult } from './results.ts';

/** Pictures of the workloads with kinds: bars of MB of JSON per CPU second. One for each of GitHub's themes. */
export const pictureThemes = ['light', 'dark'] as const;
export type PictureTheme = (typeof pictureThemes)[number];

interface Palette {
  readonly text: string;
  readonly soft: string;
  /** Colours of the contenders, ours first. */
  readonly bars: readonly [string, string, string];
}

const palettes: Readonly<Record<PictureTheme, Palette>> = {
  light: { text: '#1f2328', soft: '#59636e', bars: ['#0b6e4f', '#8c959f', '#c8ced5'] },
  dark: { text: '#f0f6fc', soft: '#9198a1', bars: ['#2ea37a', '#6e7681', '#3d444d'] },
};

const width = 800;
const labelWidth = 150;
const valueWidth = 60;
const barHeight = 12;
const rowGap = 12;
const headingHeight = 26;
const top = 62;

/** A line of the picture: the heading of a group of kinds, or the bars of a kind. */
type Row = { readonly heading: string } | { readonly label: string; readonly values: readonly (number | undefined)[] };

export function picturePath(workload: string, theme: PictureTheme): string {
  return `docs/images/${workload}-${theme}.svg`;
}

/** All pictures that the results have numbers for, by their paths. */
export function benchmarkPictures(results: Results): Map<string, string> {
  const pictures = Object.entries(kindsLayouts).flatMap(([workload, layout]) => {
    const { picture } = layout;
    if (picture === undefined) return [];
    const found = results.workloads.filter((result) => result.workload === workload && result.kind !== undefined);
    const ids = Object.keys(picture.contenders);
    const rows = rankedKinds(layout, found).flatMap(({ title, results: ranked }): Row[] => [
      { heading: title },
      ...ranked.map((result) => barsOf(result, ids)),
    ]);
    return rows.length === 0
      ? []
      : pictureThemes.map((theme): [string, string] => [
          picturePath(workload, theme),
          draw(picture.title, Object.values(picture.contenders), { rows, palette: palettes[theme] }),
        ]);
  });
  return new Map(pictures);
}

function barsOf(result: WorkloadResult, ids: readonly string[]): Row {
  const values = ids.map((id) => {
    const contender = contenderOf(result, id);
    return contender && jsonRateOf(contender)?.median;
  });
  return { label: result.kind ?? '', values };
}

interface Drawing {
  readonly rows: readonly Row[];
  readonly palette: Palette;
}

function draw(title: string, names: readonly string[], { rows, palette }: Drawing): string {
  const most = Math.max(...rows.flatMap((row) => ('heading' in row ? [] : row.values.map((value) => value ?? 0))));
  let y = top;
  const drawn = rows.map((row) => {
    const text = drawRow(row, { y, most, palette });
    y += heightOf(row);
    return text;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-labelledby="title">
<title id="title">${title}</title>
<!-- made by npm run bench -->
<g font-family="-apple-system, BlinkMacSystemFont, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif" font-size="12" fill="${palette.text}">
<text x="8" y="20" font-size="14" font-weight="600">${title}</text>
${legend(names, palette)}
${drawn.join('\n')}
</g>
</svg>
`;
}

function heightOf(row: Row): number {
  return 'heading' in row ? headingHeight : row.values.length * barHeight + rowGap;
}

function legend(names: readonly string[], { bars, soft }: Palette): string {
  return names
    .map((name, index) => {
      const x = labelWidth + index * 180;
      return `<rect x="${x}" y="34" width="12" height="12" rx="2" fill="${bars[index]}"/><text x="${x + 18}" y="44" fill="${soft}">${name}</text>`;
    })
    .join('\n');
}

interface Position {
  readonly y: number;
  /** The value of the longest bar. */
  readonly most: number;
  readonly palette: Palette;
}

function drawRow(row: Row, { y, most, palette }: Position): string {
  if ('heading' in row) return `<text x="8" y="${y + 14}" font-weight="600">${row.heading}</text>`;
  const { label, values } = row;
  const room = width - labelWidth - valueWidth;
  const middle = y + (values.length * barHeight) / 2 + 4;
  const bars = values.map((value, index) => {
    if (value === undefined) return '';
    const length = Math.max(1, (value / most) * room).toFixed(1);
    const barTop = y + index * barHeight;
    const weight = index === 0 ? ' font-weight="600"' : ` fill="${palette.soft}"`;
    return `<rect x="${labelWidth}" y="${barTop}" width="${length}" height="${barHeight - 1}" rx="2" fill="${palette.bars[index]}"/><text x="${labelWidth + Number(length) + 6}" y="${barTop + barHeight - 2}" font-size="11"${weight}>${whole(value)}</text>`;
  });
  return [`<text x="${labelWidth - 10}" y="${middle}" text-anchor="end">${label}</text>`, ...bars].join('\n');
}
