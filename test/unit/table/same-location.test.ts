import { expect, it } from 'vitest';
import { isSameLocation } from '../../../src/consumer/ports/catalog-rules.ts';

it('two URIs are of one folder whatever engines call the store, and not with a second slash, where S3 has nothing', () => {
  const folder = 's3://bucket/lake/readings/event_hour=09/';
  expect(isSameLocation('s3://bucket/lake/readings/event_hour=09', folder)).toBe(true);
  expect(isSameLocation('s3a://bucket/lake/readings/event_hour=09/', folder)).toBe(true);
  expect(isSameLocation(`${folder}/`, folder)).toBe(false);
});
