import { expect, it } from 'vitest';
import { readSettings } from '../../../src/app/config/settings.ts';

it.each([
  [
    { FIELDS_ALLOW: 'id,Ward', FIELDS_DENY: 'ward' },
    'FIELDS_DENY: expected other fields than FIELDS_ALLOW has, got "Ward" in both',
  ],
  [
    { FIELDS_ALLOW: 'W'.repeat(260), FIELDS_DENY: 'w'.repeat(260) },
    'FIELDS_DENY: expected other fields than FIELDS_ALLOW has',
  ],
  [
    { FIELDS_ALLOW: 'ward', FIELDS_RENAME: 'station=ward' },
    'FIELDS_ALLOW: expected the name that the records have, "station", got "ward"',
  ],
  [
    { FIELDS_ALLOW: 'id', FIELDS_RENAME: 'station=ward' },
    'FIELDS_RENAME: expected a field of FIELDS_ALLOW, got "station=ward"',
  ],
  [
    { FIELDS_DENY: 'ward', FIELDS_RENAME: 'station=ward' },
    'FIELDS_RENAME: expected a field that FIELDS_DENY does not deny, got "station=ward"',
  ],
  [
    { FIELDS_DENY: 'station', FIELDS_RENAME: 'station=ward' },
    'FIELDS_RENAME: expected a field that FIELDS_DENY does not deny',
  ],
  [
    { FIELDS_RENAME: 'station=ward,Station=room' },
    'FIELDS_RENAME: expected one new name for a field, got another one in "Station=room"',
  ],
])('refuses variables about fields of which one would have no effect: %j', (environment, problem) => {
  expect(() => readSettings(environment)).toThrow(problem);
});

it.each([
  { FIELDS_ALLOW: 'id,station', FIELDS_RENAME: 'station=ward' },
  { FIELDS_RENAME: 'station=ward,room=ward', FIELDS_DENY: 'name' },
  { FIELDS_ALLOW: 'station,ward', FIELDS_RENAME: 'station=ward' },
])('takes variables about fields that go together: %j', (environment) => {
  expect(readSettings(environment).schema.fields.rename.get('station')).toBe('ward');
});
