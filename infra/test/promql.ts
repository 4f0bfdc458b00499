import { parser } from '@prometheus-io/lezer-promql';

type Node = ReturnType<typeof parser.parse>['topNode'];

/** One selector of a PromQL expression: which metric, by which labels it is chosen, and inside of which functions. */
export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
  readonly functions: readonly string[];
}

export interface Expression {
  /** What does not parse, as it stands there. */
  readonly errors: readonly string[];
  readonly selectors: readonly Selector[];
  /** Labels of `by`, `without`, `on` and `ignoring`. */
  readonly grouping: readonly string[];
}

/** Reads PromQL by the grammar that Prometheus' own page uses. */
export function parseExpression(text: string): Expression {
  const errors: string[] = [];
  const selectors: Selector[] = [];
  const grouping: string[] = [];
  const textOf = (node: Node): string => text.slice(node.from, node.to);
  const visit = (node: Node, functions: readonly string[]): void => {
    if (node.type.isError) errors.push(`position ${node.from}: ${JSON.stringify(textOf(node))}`);
    if (node.name === 'VectorSelector') selectors.push({ ...selectorOf(node, textOf), functions });
    if (node.name === 'GroupingLabels') grouping.push(...node.getChildren('LabelName').map(textOf));
    const called = node.getChild('FunctionIdentifier');
    const inside = called === null ? functions : [...functions, textOf(called)];
    for (let child = node.firstChild; child !== null; child = child.nextSibling) visit(child, inside);
  };
  visit(parser.parse(text).topNode, []);
  return { errors, selectors, grouping };
}

function selectorOf(node: Node, textOf: (node: Node) => string): Pick<Selector, 'metric' | 'labels'> {
  const metric = node.getChild('Identifier');
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  const labels = matchers.flatMap((matcher) => matcher.getChildren('LabelName').map(textOf));
  return { metric: metric === null ? '' : textOf(metric), labels };
}
