import { z } from 'zod';
import { recordParts } from '../../ports/record-columns.ts';
import { recordsPerValue, valueFormats } from '../../ports/value-format.ts';
import { eventTimeUnits, layouts } from '../../../schema/partitions/layout.ts';

const placementSchema = z.object({
  layout: z.enum(layouts),
  eventTimeField: z.string(),
  eventTimeUnit: z.enum(eventTimeUnits).optional(),
  pastDaysMax: z.number(),
  futureDaysMax: z.number(),
});

/**
 * Everything that decides which record becomes which row, dead letter or nothing, and where it goes. It stands in the claim:
 * whoever fulfils a claim goes by the claim's recipe, never by its own configuration. What is written is then a function of
 * the claim and the records.
 */
export const recipeSchema = z.object({
  decoder: z.number().int().nonnegative(),
  placement: placementSchema,
  /** Left out: json. */
  valueFormat: z.enum(valueFormats).optional(),
  /** Keys of the schemas that values of Avro are read by: the claim's records name them. Values of others are dead letters. */
  schemas: z.array(z.string()).optional(),
  /** Left out: a value is one record. */
  records: z.enum(recordsPerValue).optional(),
  recordBytesMax: z.number().int().positive(),
  /** Deepest struct that becomes columns. */
  depthMax: z.number().int().nonnegative(),
  fields: z.object({
    /** Left out: all fields. */
    allow: z.array(z.string()).optional(),
    deny: z.array(z.string()),
    /** Pairs of a field's name and the name it gets. */
    rename: z.array(z.tuple([z.string(), z.string()])),
  }),
  numbers: z.enum(['double', 'split']),
  /** The table may widen columns of numbers: those of Iceberg can. Left out: it can't. */
  widensNumbers: z.literal(true).optional(),
  /** Most columns of a table: values beyond are rescued. */
  columnsMax: z.number().int().positive(),
  growth: z.enum(['all', 'new-names', 'none']),
  /** Types that only many values together tell are inferred: maps, and integers of 64 bits. Left out: each value tells its own. */
  infersTogether: z.literal(true).optional(),
  /** Types of columns to come, as in CREATE TABLE. */
  hints: z.string(),
  /** Partition, offset and timestamp. */
  kafkaColumns: z.boolean(),
  recordParts: z.array(z.enum(recordParts)).optional(),
  /** Left out: all headers. */
  headerNames: z.array(z.string()).optional(),
  /** What a dead letter keeps of its record. */
  deadLetterPayload: z.enum(['full', 'keys', 'none']),
});

export type Recipe = z.infer<typeof recipeSchema>;

/** The recipe of entries of format 1, which kept their placement only. No process goes by it: its decoder version is none's. */
export function recipeOfFormat1(placement: unknown): Omit<Recipe, 'placement'> & { readonly placement: unknown } {
  return {
    decoder: 0,
    placement,
    recordBytesMax: 1,
    depthMax: 0,
    fields: { deny: [], rename: [] },
    numbers: 'double',
    columnsMax: 1,
    growth: 'all',
    hints: '',
    kafkaColumns: true,
    deadLetterPayload: 'full',
  };
}
