import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ownImports } from '../support/source-rules.ts';

interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** `commit` of `src/consumer/commit/commit-batch.ts`, `kafka` of `src/kafka/source.ts`, `cli` of `src/cli.ts`. */
function moduleOf(file: string): string {
  return /^src\/(?:consumer\/)?(\w+)/.exec(file)?.[1] ?? file;
}

/** The arrows of the diagram of modules: `a & b --> c` is two of them. */
function drawnArrows(markdown: string): Arrow[] {
  const [, diagram = ''] = /^```mermaid\nflowchart TD\n(.*?)^```/ms.exec(markdown) ?? [];
  return [...diagram.matchAll(/^(.+) --> (.+)$/gm)].flatMap(([, left = '', right = '']) =>
    namesOf(left).flatMap((from) => namesOf(right).map((to) => ({ from, to }))),
  );
}

function namesOf(side: string): string[] {
  return side.split('&').map((name) => name.trim().replace(/\[.*$/, ''));
}

/** Everything that can be reached by arrows. */
function reachableFrom(module: string, arrows: readonly Arrow[], seen = new Set<string>()): Set<string> {
  for (const { to } of arrows.filter(({ from }) => from === module)) {
    if (!seen.has(to)) reachableFrom(to, arrows, seen.add(to));
  }
  return seen;
}

it('draws the modules as they import each other', () => {
  const files = globSync('src/**/*.ts', { exclude: ['src/kernel/assembly/**'] });
  const tree = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
  const imports = ownImports(tree).map(({ from, to }): Arrow => ({ from: moduleOf(from), to: moduleOf(to) }));
  const real = new Set(imports.map(({ from, to }) => `${from} --> ${to}`));
  const drawn = drawnArrows(readFileSync('ARCHITECTURE.md', 'utf8'));
  expect(drawn.map(({ from, to }) => `${from} --> ${to}`).filter((arrow) => !real.has(arrow))).toEqual([]);
  const missing = imports.filter(({ from, to }) => from !== to && !reachableFrom(from, drawn).has(to));
  expect([...new Set(missing.map(({ from, to }) => `${from} --> ${to}`))]).toEqual([]);
  const others = (arrow: Arrow) => drawn.filter((each) => each !== arrow);
  expect(drawn.filter((arrow) => reachableFrom(arrow.from, others(arrow)).has(arrow.to))).toEqual([]);
});
