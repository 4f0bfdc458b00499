import { enumValues, hasProjection, integerRange } from './projection.ts';

type Parameters = Readonly<Record<string, string>>;

/**
 * The parameters that let a table with projection show Hive partitions with these values of its keys, `undefined` where it does
 * already: Athena never looks at days and years outside of their ranges. A bound that moves with time (`NOW-30DAYS`) is the owner's choice
 * of what queries see, and stays.
 */
export function widenedProjection(
  keys: readonly { readonly name: string }[],
  parameters: Parameters,
  partitions: readonly (readonly string[])[],
): Record<string, string> | undefined {
  if (!hasProjection(parameters) || partitions.length === 0) return undefined;
  const name = keys[0]?.name ?? '';
  const values = partitions.map(([first = '']) => first).toSorted((a, b) => (a < b ? -1 : 1));
  const type = parameters[`projection.${name}.type`]?.toLowerCase();
  if (type === 'enum') return widenedList(`projection.${name}.values`, parameters, values);
  const range = `projection.${name}.range`;
  if (type === 'date') return widenedDays(range, parameters, values);
  return type === 'integer' ? widenedNumbers(range, parameters, values) : undefined;
}

function widenedList(name: string, parameters: Parameters, values: readonly string[]) {
  const known = enumValues(parameters[name]);
  const unknown = [...new Set(values)].filter((value) => !known.includes(value));
  return unknown.length === 0 ? undefined : { [name]: [...known, ...unknown].join(',') };
}

function widenedDays(name: string, parameters: Parameters, values: readonly string[]) {
  const [first = '', last = ''] = (parameters[name] ?? '').split(',').map((bound) => bound.trim());
  const [oldest = '', newest = ''] = [values[0], values.at(-1)];
  const from = isDay(first) && oldest < first ? oldest : first;
  const to = isDay(last) && newest > last ? newest : last;
  return from === first && to === last ? undefined : { [name]: `${from},${to}` };
}

function isDay(bound: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(bound);
}

function widenedNumbers(name: string, parameters: Parameters, values: readonly string[]) {
  const [first, last] = integerRange(parameters[name]);
  const from = Math.min(first, Number(values[0]));
  const to = Math.max(last, Number(values.at(-1)));
  return from === first && to === last ? undefined : { [name]: `${from},${to}` };
}
