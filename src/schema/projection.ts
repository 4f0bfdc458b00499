import type { Layout } from './layout.ts';

/**
 * Makes the table parameters with which Athena computes partitions (partition projection) instead of asking the catalog.
 * Source: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
export function projectionParameters(
  layout: Layout,
  { location, firstDay }: { readonly location: string; readonly firstDay: string },
): Record<string, string> {
  if (layout === 'none') return {};
  const hour = {
    'projection.event_hour.type': 'integer',
    'projection.event_hour.range': '0,23',
    'projection.event_hour.digits': '2',
  };
  const folders = layout === 'hour' ? 'event_date=${event_date}/event_hour=${event_hour}' : 'event_date=${event_date}';
  return {
    'projection.enabled': 'true',
    'projection.event_date.type': 'date',
    'projection.event_date.format': 'yyyy-MM-dd',
    'projection.event_date.range': `${firstDay},NOW+2DAYS`,
    ...(layout === 'hour' ? hour : {}),
    'storage.location.template': `${location}${folders}/`,
  };
}
