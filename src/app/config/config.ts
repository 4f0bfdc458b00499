import { z } from 'zod';
import type { Environment } from '../../runtime/environment.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { notShown, quote } from '../../runtime/redact.ts';
import { conflictsIn } from './conflicts/config-conflicts.ts';
import type { VariableFacts } from './variables/variable-kinds.ts';
import { hoursVariables } from './variables/hours-variables.ts';
import { fieldConflicts } from './conflicts/field-conflicts.ts';
import { icebergVariables } from './variables/iceberg-variables.ts';
import { kafkaVariables } from './variables/kafka-variables.ts';
import { lakeVariables } from './variables/lake-variables.ts';
import { maintainVariables } from './variables/maintain-variables.ts';
import { monitorVariables } from './variables/monitor-variables.ts';
import { registryVariables } from './variables/registry-variables.ts';
import { schemaVariables } from './variables/schema-variables.ts';
import { serviceVariables } from './variables/service-variables.ts';
import { topicConflicts } from './topic-choice.ts';
import { tracingVariables } from './variables/tracing-variables.ts';

// code made for a schema pays after many values, and needs `new Function`
z.config({ jitless: true });

/** What each variable's schema says of it (`variable` puts it there). */
const factsShape = z.object({
  group: z.string(),
  about: z.string(),
  expected: z.string(),
  secret: z.boolean().optional(),
});

/** Every variable the program reads. What is not set, or set to nothing, has its default. */
const configSchema = z.object({
  ...kafkaVariables,
  ...lakeVariables,
  ...icebergVariables,
  ...schemaVariables,
  ...registryVariables,
  ...serviceVariables,
  ...tracingVariables,
  ...monitorVariables,
  ...hoursVariables,
  ...maintainVariables,
});

export type Config = z.infer<typeof configSchema>;
export type VariableName = keyof Config;

/** A variable as the documentation shows it. */
export interface DocumentedVariable extends VariableFacts {
  readonly name: string;
  readonly fallback: string | undefined;
}

/** All variables, in the order of the documentation. */
export const documentedVariables: readonly DocumentedVariable[] = Object.entries(configSchema.shape).map(
  ([name, field]) => ({
    name,
    ...factsOf(field),
    fallback: 'defaultValue' in field.def ? field.def.defaultValue : undefined,
  }),
);

/**
 * Reads the configuration. Throws CONFIG_INVALID with every problem at once: the variable's name, what was expected, what came.
 * `required`: variables the command can't do without.
 */
export function readConfig(environment: Environment, required: readonly VariableName[] = []): Config {
  const given = tidy(environment);
  const parsed = configSchema.safeParse(given);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => describe(issue, given)),
    ...missing(required, given),
    ...conflictsIn(given),
    ...(parsed.success
      ? [...invertedLimits(parsed.data), ...topicConflicts(parsed.data), ...fieldConflicts(parsed.data)]
      : []),
  ];
  if (parsed.success && problems.length === 0) return parsed.data;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  throw new PipelineError('CONFIG_INVALID', {
    message: `${count} in the configuration:\n${problems.map((each) => `  ${each}`).join('\n')}`,
    retryable: false,
    details: { problems },
    hint: 'docs/configuration.md lists all variables',
  });
}

/** Longest wait of a record for its batch: those of an Iceberg table are cut for each snapshot. */
export function batchAgeSeconds({ TABLE_FORMAT, BATCH_AGE_MAX_SECONDS: age, COMMIT_SECONDS: commit }: Config): number {
  return TABLE_FORMAT === 'iceberg' ? Math.min(age, commit) : age;
}

/**
 * Our variables that are set, without the blanks and line ends around them that files of variables and of secrets bring along. A
 * secret keeps its blanks.
 */
function tidy(environment: Environment): Environment {
  const tidied = documentedVariables.map(({ name, secret }) => {
    const value = environment[name] ?? '';
    return [name, secret === true ? value.replace(/[\r\n]+$/, '') : value.trim()] as const;
  });
  return Object.fromEntries(tidied.filter(([, value]) => value !== ''));
}

function invertedLimits({ ALERT_LOW: low, ALERT_HIGH: high, ALERT_HYSTERESIS: hysteresis }: Config): string[] {
  if (low >= high) return [`ALERT_LOW: expected a number below ALERT_HIGH (${high}), got ${low}`];
  return 2 * hysteresis < high - low
    ? []
    : [`ALERT_HYSTERESIS: expected less than half of what lies between ALERT_LOW and ALERT_HIGH, got ${hysteresis}`];
}

function describe(issue: z.core.$ZodIssue, given: Environment): string {
  const name = String(issue.path[0]);
  const { secret, expected } = variableNamed(name);
  const value = given[name] ?? '';
  const came = secret === true ? notShown : quote(value);
  const isComplete = issue.code === 'custom' && issue.params?.['isComplete'] === true;
  // a message of its own quotes what came, all of it
  return isComplete && came !== notShown
    ? `${name}: ${issue.message.replaceAll(JSON.stringify(value), () => came)}`
    : `${name}: expected ${expected}, got ${came}`;
}

function missing(required: readonly VariableName[], given: Environment): string[] {
  return required
    .filter((name) => given[name] === undefined)
    .map((name) => `${name}: expected ${variableNamed(name).expected}, got nothing`);
}

function variableNamed(name: string): DocumentedVariable {
  const found = documentedVariables.find((variable) => variable.name === name);
  if (found === undefined) throw new Error(`no variable is named ${name}`);
  return found;
}

function factsOf(field: z.ZodType): VariableFacts {
  const inner = 'innerType' in field.def ? field.def.innerType : field;
  const found = inner instanceof z.ZodType ? inner.meta() : undefined;
  return factsShape.parse(found);
}
