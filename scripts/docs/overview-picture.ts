/** The picture of the README: the way of a record, and the ledger that makes it exactly once. One for each of GitHub's themes. */

export const overviewThemes = ['light', 'dark'] as const;
export type Theme = (typeof overviewThemes)[number];

interface Palette {
  readonly text: string;
  readonly soft: string;
  readonly line: string;
  readonly box: string;
  readonly ours: string;
  readonly oursText: string;
  readonly done: string;
  readonly claimed: string;
}

const palettes: Readonly<Record<Theme, Palette>> = {
  light: {
    text: '#1f2328',
    soft: '#59636e',
    line: '#8c959f',
    box: '#f6f8fa',
    ours: '#0b6e4f',
    oursText: '#ffffff',
    done: '#b7e4cd',
    claimed: '#fbe7b2',
  },
  dark: {
    text: '#f0f6fc',
    soft: '#9198a1',
    line: '#6e7681',
    box: '#151b23',
    ours: '#2ea37a',
    oursText: '#04150e',
    done: '#1b4d3a',
    claimed: '#5a4510',
  },
};

export function overviewPath(theme: Theme): string {
  return `docs/images/overview-${theme}.svg`;
}

const width = 800;
const height = 300;
const boxTop = 8;
const boxHeight = 118;
const stripTop = 204;
const stripHeight = 44;

export function overviewPicture(theme: Theme): string {
  const colours = palettes[theme];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">Kafka over mutual TLS, through Glueless, to Parquet in S3 and to Athena</title>
<desc id="desc">Glueless reads Kafka partitions over mutual TLS, claims a range of offsets in a ledger, writes it as Parquet to S3 with the Glue Data Catalog, and Athena queries it. The ledger of a partition holds each range of offsets once.</desc>
<!-- made by npm run docs -->
<g font-family="-apple-system, BlinkMacSystemFont, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif" fill="${colours.text}" text-anchor="middle">
${boxes(colours)}
${arrows(colours)}
${ledger(colours)}
</g>
</svg>
`;
}

interface Box {
  readonly x: number;
  readonly width: number;
  readonly title: string;
  readonly lines: readonly string[];
  readonly isOurs?: boolean;
}

const flow: readonly Box[] = [
  { x: 8, width: 138, title: 'Kafka', lines: ['MSK, Apache', 'or Redpanda'] },
  { x: 234, width: 150, title: 'Glueless', lines: ['one small', 'Node process'], isOurs: true },
  { x: 442, width: 180, title: 'S3 and Glue', lines: ['rows in Parquet,', 'dead letters'] },
  { x: 680, width: 112, title: 'Athena', lines: ['SQL'] },
];

function boxes(colours: Palette): string {
  return flow
    .map(({ x, width: boxWidth, title, lines, isOurs = false }) => {
      const middle = x + boxWidth / 2;
      const [fill, ink] = isOurs ? [colours.ours, colours.oursText] : [colours.box, colours.text];
      const body = lines.map((line, index) =>
        words(middle, boxTop + 72 + index * 24, line, 19, isOurs ? ink : colours.soft),
      );
      return [
        `<rect x="${x}" y="${boxTop}" width="${boxWidth}" height="${boxHeight}" rx="10" fill="${fill}" stroke="${isOurs ? fill : colours.line}"/>`,
        words(middle, boxTop + 40, title, 25, ink, 600),
        ...body,
      ].join('\n');
    })
    .join('\n');
}

function arrows(colours: Palette): string {
  const middle = boxTop + boxHeight / 2;
  const between = flow.slice(1).map(({ x }, index) => {
    const { x: left = 0, width: leftWidth = 0 } = flow[index] ?? {};
    return arrow(left + leftWidth + 6, x - 6, middle, colours.line);
  });
  return [
    ...between,
    words(190, middle - 14, 'mutual', 18, colours.soft),
    words(190, middle + 30, 'TLS', 18, colours.soft),
  ].join('\n');
}

function arrow(from: number, to: number, y: number, colour: string): string {
  return `<path d="M${from} ${y}H${to - 8}" stroke="${colour}" stroke-width="3" fill="none"/><path d="M${to} ${y}l-12 -7v14z" fill="${colour}"/>`;
}

interface Range {
  readonly x: number;
  readonly width: number;
  readonly label: string;
  readonly state: 'done' | 'claimed';
}

const ranges: readonly Range[] = [
  { x: 8, width: 206, label: '0 to 4,800', state: 'done' },
  { x: 218, width: 258, label: '4,800 to 12,000', state: 'done' },
  { x: 480, width: 312, label: '12,000 to 18,400: claimed', state: 'claimed' },
];

function ledger(colours: Palette): string {
  const strips = ranges.map(({ x, width: rangeWidth, label, state }) =>
    [
      `<rect x="${x}" y="${stripTop}" width="${rangeWidth}" height="${stripHeight}" rx="6" fill="${colours[state]}"/>`,
      words(x + rangeWidth / 2, stripTop + 29, label, 20, colours.text),
    ].join('\n'),
  );
  return [
    words(
      400,
      stripTop - 24,
      'The ledger beside the table: each range of offsets is claimed, then written, once',
      20,
      colours.text,
    ),
    ...strips,
    words(
      400,
      stripTop + stripHeight + 36,
      'After a crash, another process finishes the claimed range, and nothing else',
      18,
      colours.soft,
    ),
  ].join('\n');
}

function words(x: number, y: number, text: string, size: number, fill: string, weight = 400): string {
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${fill}">${text}</text>`;
}
