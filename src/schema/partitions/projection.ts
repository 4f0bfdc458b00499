import { partitionKeys, type Layout } from './layout.ts';

/**
 * Makes the table parameters with which Athena computes partitions (partition projection) instead of asking the catalog.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
export function projectionParameters(
  layout: Layout,
  { location, firstDay }: { readonly location: string; readonly firstDay: string },
): Record<string, string> {
  if (layout === 'none') return {};
  const folders = partitionKeys(layout).map(({ name }) => `${name}=\${${name}}/`);
  return {
    'projection.enabled': 'true',
    ...(layout === 'ingest-hour'
      ? {
          ...integer('ingest_year', '2020,2099'),
          ...integer('ingest_month', '01,12'),
          ...integer('ingest_day', '01,31'),
        }
      : {
          'projection.event_date.type': 'date',
          'projection.event_date.format': 'yyyy-MM-dd',
          'projection.event_date.range': `${firstDay},NOW+2DAYS`,
        }),
    ...(layout === 'hour' && integer('event_hour', '0,23')),
    ...(layout === 'ingest-hour' && integer('ingest_hour', '0,23')),
    'storage.location.template': `${location}${folders.join('')}`,
  };
}

/** True when Athena computes the table's partitions and asks the catalog for none. */
export function hasProjection(parameters: Readonly<Record<string, string>>): boolean {
  return parameters['projection.enabled']?.toLowerCase() === 'true';
}

/** Two digits, as the folders are named; a year has four by itself. */
function integer(key: string, range: string): Record<string, string> {
  return {
    [`projection.${key}.type`]: 'integer',
    [`projection.${key}.range`]: range,
    [`projection.${key}.digits`]: '2',
  };
}

/** Values of each partition key as folders are named, for a key that is projected from a list. */
const listed: Readonly<Record<string, readonly string[]>> = {
  event_hour: twoDigits(0, 23),
  ingest_month: twoDigits(1, 12),
  ingest_day: twoDigits(1, 31),
  ingest_hour: twoDigits(0, 23),
};

/**
 * Says what keeps Athena from computing the names that folders have here, `undefined` where nothing does. Days and years that are not in range
 * are no problem: `widenedProjection` takes them in.
 */
export function projectionProblem(
  layout: Layout,
  parameters: Readonly<Record<string, string>>,
): { readonly found: string; readonly expected: string } | undefined {
  if (!hasProjection(parameters)) return undefined;
  const problems = partitionKeys(layout).map(({ name }) => keyProblem(name, parameters));
  return problems.find((problem) => problem !== undefined);
}

function keyProblem(key: string, parameters: Readonly<Record<string, string>>) {
  const property = (name: string): string | undefined => parameters[`projection.${key}.${name}`];
  const differs = (name: string, expected: string) => ({
    found: `projection.${key}.${name} is ${property(name) ?? 'not set'}`,
    expected,
  });
  const type = property('type')?.toLowerCase();
  if (type === 'injected') return undefined;
  const values = listed[key];
  if (type === 'enum' && key !== 'event_date') {
    const projected = enumValues(property('values'));
    return (values ?? []).every((value) => projected.includes(value)) ? undefined : differs('values', shown(values));
  }
  const wanted = key === 'event_date' ? 'date' : 'integer';
  if (type !== wanted) return differs('type', wanted);
  if ((property('interval') ?? '1').trim() !== '1') return differs('interval', '1');
  if (type === 'date') return dateProblem(property, differs);
  const digits = Number(property('digits') ?? '1');
  if (values === undefined) return digits <= yearDigits ? undefined : differs('digits', String(yearDigits));
  if (digits !== 2) return differs('digits', '2');
  const [first, last] = integerRange(property('range'));
  const isWhole = first <= Number(values[0]) && last >= Number(values.at(-1));
  return isWhole ? undefined : differs('range', `${Number(values[0])},${Number(values.at(-1))}`);
}

const yearDigits = 4;

function shown(values: readonly string[] = []): string {
  return `${values.join(',')} without blanks`;
}

/** The values of an enum: a blank belongs to its value. */
export function enumValues(text = ''): string[] {
  return text.split(',');
}

/** First and last number of a range, `NaN` where there is none. */
export function integerRange(text = ''): readonly [number, number] {
  const [first = Number.NaN, last = Number.NaN] = text.split(',').map(Number);
  return [first, last];
}

function dateProblem<Problem>(
  property: (name: string) => string | undefined,
  differs: (name: string, expected: string) => Problem,
): Problem | undefined {
  if (property('format') !== 'yyyy-MM-dd') return differs('format', 'yyyy-MM-dd');
  return (property('interval.unit') ?? 'DAYS').toUpperCase() === 'DAYS' ? undefined : differs('interval.unit', 'DAYS');
}

function twoDigits(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index).padStart(2, '0'));
}
