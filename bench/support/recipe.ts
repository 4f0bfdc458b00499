import { decoderVersion } from '../../src/consumer/ledger/entry/decoder-version.ts';
import type { Recipe } from '../../src/consumer/ledger/entry/recipe.ts';

/** The recipe of a service with defaults. */
export const defaultRecipe: Recipe = {
  decoder: decoderVersion,
  placement: { layout: 'hour', eventTimeField: 'eventTime', pastDaysMax: 30, futureDaysMax: 1 },
  recordBytesMax: 1_048_576,
  depthMax: 8,
  fields: { deny: [], rename: [] },
  numbers: 'double',
  columnsMax: 500,
  growth: 'all',
  infersTogether: true,
  hints: '',
  kafkaColumns: true,
  deadLetterPayload: 'full',
};
