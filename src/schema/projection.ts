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
          [dateRange]: `${firstDay},NOW+2DAYS`,
        }),
    ...(layout === 'hour' && integer('event_hour', '0,23')),
    ...(layout === 'ingest-hour' && integer('ingest_hour', '0,23')),
    'storage.location.template': `${location}${folders.join('')}`,
  };
}

/** Two digits, as the folders are named; a year has four by itself. */
function integer(key: string, range: string): Record<string, string> {
  return {
    [`projection.${key}.type`]: 'integer',
    [`projection.${key}.range`]: range,
    [`projection.${key}.digits`]: '2',
  };
}

const dateRange = 'projection.event_date.range';

/**
 * The parameter that lets a table with projection show `day`, `undefined` where it does already: Athena never looks at days outside
 * the range.
 */
export function widenedRange(
  parameters: Readonly<Record<string, string>>,
  day: string,
): Record<string, string> | undefined {
  const [first = '', ...rest] = (parameters[dateRange] ?? '').split(',');
  return /^\d{4}-\d\d-\d\d$/.test(first) && day < first ? { [dateRange]: [day, ...rest].join(',') } : undefined;
}
