import { globSync, readFileSync } from 'node:fs';

/** A page of the documentation. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Everything that tells people what to type: Markdown pages, and the comments of the compose files. */
export function documentationPages(): Page[] {
  const paths = globSync(['*.md', 'docs/**/*.md', 'src/**/*.md', '.github/*.md', 'docker/*.yaml']);
  return paths.toSorted().map((path) => ({ path, text: withoutDiagrams(readFileSync(path, 'utf8')) }));
}

function withoutDiagrams(text: string): string {
  return text.replaceAll(/^```mermaid\n.*?^```\n/gms, '');
}

/** A piece of code of a page. A block can be run as it stands, a span in prose may only name a thing. */
export interface Code {
  readonly text: string;
  readonly isBlock: boolean;
}

/** The code of a page: blocks line by line, and spans. Markdown's table escapes are taken back. */
export function codeOf({ path, text }: Page): Code[] {
  const lines = path.endsWith('.yaml') ? commentsOf(text) : blocksOf(text);
  const rest = path.endsWith('.yaml') ? '' : text.replaceAll(/^ *```.*?^ *```/gms, '');
  const spans = [...rest.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span.replaceAll(/\s*\n\s*/g, ' '));
  return [
    ...lines.map((line) => ({ text: line, isBlock: true })),
    ...spans.map((span) => ({ text: span, isBlock: false })),
  ].map((code) => ({ ...code, text: code.text.replaceAll(String.raw`\|`, '|') }));
}

function blocksOf(markdown: string): string[] {
  return [...markdown.matchAll(/^ *```\w*\n(.*?)^ *```/gms)].flatMap(([, block = '']) =>
    block.replaceAll(/\\\n\s*/g, ' ').split('\n'),
  );
}

function commentsOf(yaml: string): string[] {
  return [...yaml.matchAll(/^\s*# (.*)$/gm)].map(([, comment = '']) => comment.trim());
}

/** A command that a page tells, without variables before it and comments behind. */
export interface ToldCommand {
  readonly command: string;
  /** False where prose may only name it: `glueless cert request`. */
  readonly isComplete: boolean;
}

/** Prose may leave `glueless` out before options: `verify --deep`. */
const shortForm = /^(?:produce|consume|replay|redrive|verify|skip|schema|report|doctor|cert|acl|demo)\b(?=.* --)/;

export function commandsOf(page: Page): ToldCommand[] {
  return codeOf(page)
    .flatMap(({ text, isBlock }) =>
      text
        .replace(/(^|\s)#.*$/, '')
        .split(/ && | \|\| | \| |; /)
        .map((part) => ({
          command: part
            .trim()
            .replace(/^\$ /, '')
            .replace(/^([A-Z_]+=\S* )+/, '')
            .replace(shortForm, 'glueless $&'),
          isComplete: isBlock,
        })),
    )
    .filter(({ command }) => /^(npx |node )?(glueless|npm|docker compose) /.test(command));
}

/** `NAME=value` wherever code has it, and the values that prose gives one by one: `NAME`: `one`, `two`. */
export function assignmentsOf(page: Page): { name: string; value: string }[] {
  const inCode = codeOf(page).flatMap(({ text }) => [
    ...text.matchAll(/(?<![\w$])([A-Z][A-Z0-9_]+)=("[^"]*"|'[^']*'|[^\s;]*)/g),
  ]);
  const listed = [...page.text.matchAll(/`([A-Z][A-Z0-9_]+)`: ((?:`[^`]+`(?:, | or )?)+)/g)];
  return [
    ...inCode.map(([, name = '', value = '']) => ({ name, value: value.replace(/^(["'])(.*)\1$/, '$2') })),
    ...listed.flatMap(([, name = '', values = '']) =>
      [...values.matchAll(/`([^`]+)`/g)].map(([, value = '']) => ({ name, value })),
    ),
  ];
}

/** Words written like a variable or an error code. */
export function capitalNamesOf(page: Page): string[] {
  const code = codeOf(page)
    .map(({ text }) => text)
    .join('\n');
  return [
    ...new Set([...code.matchAll(/(?<![\w$./-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w/-])/g)].map(([name]) => name)),
  ];
}

/** Files of the repository that a page names in code. */
export function pathsOf(page: Page): string[] {
  const pattern = /(?<![\w./-])(?:src|test|docs|scripts|bench|infra|docker|bin)\/[\w./*-]*\w/g;
  return codeOf(page).flatMap(({ text }) => [...text.matchAll(pattern)].map(([path]) => path));
}

/** Sentences that the program logs as warnings and errors, by the text of a source file: the strings of the last argument. */
export function loggedWarnings(source: string): string[] {
  return [...source.matchAll(/\blog\)?\.(?:warn|error)\(/gi)].flatMap(({ 0: call, index }) => {
    const body = argumentsFrom(source, index + call.length);
    return [...(body.at(-1) ?? '').matchAll(/'([^']+)'/g)].map(([, sentence = '']) => sentence);
  });
}

/** The arguments of a call, from the first one's beginning on. */
function argumentsFrom(source: string, start: number): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < source.length; at++) {
    const character = source.charAt(at);
    if (depth === 0 && (character === ',' || character === ')')) {
      if (source.slice(from, at).trim() !== '') found.push(source.slice(from, at));
      from = at + 1;
      if (character === ')') break;
    } else if (character === "'") at = source.indexOf("'", at + 1);
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
  }
  return found;
}

/** What a page links to: a file, a heading, or a heading of a file. */
export interface Link {
  /** From the page's folder; empty: the page itself. */
  readonly file: string;
  readonly anchor: string | undefined;
}

export function linksOf({ text }: Page): Link[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href|srcset)="([^"]+)"/g)]
    .map(([, target, attribute]) => target ?? attribute ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => ({ file: target.split('#')[0] ?? '', anchor: target.split('#')[1] }));
}

/** The anchors that GitHub gives to a page's headings. */
export function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
