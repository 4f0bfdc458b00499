import type { Environment } from '../../runtime/environment.ts';
import { notShown, quote } from '../../runtime/redact.ts';
import { documentedVariables } from './config.ts';

/** The variables of ours that are set, with their values: what somebody at night wants to know first. Secrets are not shown. */
export function configuredVariables(environment: Environment): Record<string, string> {
  const shown = documentedVariables.map(({ name, secret }) => {
    const value = environment[name] ?? '';
    const text = quote(value);
    return [name, secret === true || text === notShown ? notShown : value] as const;
  });
  return Object.fromEntries(shown.filter(([name]) => (environment[name] ?? '') !== ''));
}

/** Variables that are none of ours and almost have the name of one: what was set there has no effect. */
export function mistypedVariables(environment: Environment): { readonly name: string; readonly known: string }[] {
  const known = documentedVariables.map(({ name }) => name);
  return Object.keys(environment)
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const near = known.find((each) => isNear(name.toUpperCase(), each));
      return near === undefined ? [] : [{ name, known: near }];
    });
}

/** True when one letter was left out, added, changed or exchanged with its neighbour, or only upper and lower case differ. */
function isNear(given: string, known: string): boolean {
  if (Math.abs(given.length - known.length) > 1) return false;
  let start = 0;
  while (start < given.length && given[start] === known[start]) start++;
  let end = 0;
  while (end < Math.min(given.length, known.length) - start && given.at(-1 - end) === known.at(-1 - end)) end++;
  const [left, right] = [given.slice(start, given.length - end), known.slice(start, known.length - end)];
  return (left.length <= 1 && right.length <= 1) || areExchanged(left, right);
}

function areExchanged(left: string, right: string): boolean {
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}
