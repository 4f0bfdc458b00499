import { whole } from './figures.ts';
import { kindsLayouts } from './kinds-layout.ts';
import { jsonRateOf } from './rates.ts';
import { contenderOf, type Results } from './results.ts';

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
const groupGap = 12;
const top = 62;

interface Group {
  readonly label: string;
  readonly values: readonly (number | undefined)[];
}

export function picturePath(workload: string, theme: PictureTheme): string {
  return `docs/images/${workload}-${theme}.svg`;
}

/** All pictures that the results have numbers for, by their paths. */
export function benchmarkPictures(results: Results): Map<string, string> {
  const pictures = Object.entries(kindsLayouts).flatMap(([workload, { picture }]) => {
    if (picture === undefined) return [];
    const groups = groupsOf(results, workload, Object.keys(picture.contenders));
    return groups.length === 0
      ? []
      : pictureThemes.map((theme): [string, string] => [
          picturePath(workload, theme),
          draw(picture.title, Object.values(picture.contenders), { groups, palette: palettes[theme] }),
        ]);
  });
  return new Map(pictures);
}

function groupsOf(results: Results, workload: string, ids: readonly string[]): Group[] {
  return results.workloads
    .filter((result) => result.workload === workload && result.kind !== undefined)
    .map((result) => ({
      label: result.kind ?? '',
      values: ids.map((id) => {
        const contender = contenderOf(result, id);
        return contender && jsonRateOf(contender)?.median;
      }),
    }));
}

interface Drawing {
  readonly groups: readonly Group[];
  readonly palette: Palette;
}

function draw(title: string, names: readonly string[], { groups, palette }: Drawing): string {
  const groupHeight = names.length * barHeight + groupGap;
  const height = top + groups.length * groupHeight;
  const most = Math.max(...groups.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const bars = groups.map((group, index) => drawGroup(group, { y: top + index * groupHeight, most, palette }));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${title}</title>
<!-- made by npm run bench -->
<g font-family="-apple-system, BlinkMacSystemFont, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif" font-size="12" fill="${palette.text}">
<text x="8" y="20" font-size="14" font-weight="600">${title}</text>
${legend(names, palette)}
${bars.join('\n')}
</g>
</svg>
`;
}

function legend(names: readonly string[], { bars, soft }: Palette): string {
  return names
    .map((name, index) => {
      const x = labelWidth + index * 180;
      return `<rect x="${x}" y="34" width="12" height="12" rx="2" fill="${bars[index]}"/><text x="${x + 18}" y="44" fill="${soft}">${name}</text>`;
    })
    .join('\n');
}

interface Row {
  readonly y: number;
  readonly most: number;
  readonly palette: Palette;
}

function drawGroup({ label, values }: Group, { y, most, palette }: Row): string {
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
