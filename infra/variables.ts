import { z } from 'zod';
import { documentedVariables, readConfig } from '../src/app/config/config.ts';
import { messageOf } from '../src/runtime/errors.ts';

/** Variables that the stacks set by themselves. */
const stacksOwn: ReadonlySet<string> = new Set([
  'KAFKA_BROKERS',
  'KAFKA_TOPIC',
  'KAFKA_TOPICS',
  'KAFKA_TOPIC_PATTERN',
  'KAFKA_GROUP_ID',
  'KAFKA_TLS_SECRET_ID',
  'LAKE',
  'LAKE_DATABASE',
  'LAKE_TABLE',
  'ATHENA_WORKGROUP',
  'HTTP_PORT',
  'SHUTDOWN_DEADLINE_SECONDS',
]);

/** Variables of logging in, which needs ports, rights and secrets: the stacks make them. */
const logins: ReadonlySet<string> = new Set([
  'KAFKA_AUTH',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_USERNAME_FILE',
  'KAFKA_SASL_PASSWORD_FILE',
  'KAFKA_SASL_SECRET_ID',
]);

const known = new Map(documentedVariables.map((variable) => [variable.name, variable]));

/** The program's variables, as an object or as JSON, checked as the program checks them. */
export const variablesSchema = z
  .preprocess(parsed, z.record(z.string(), z.coerce.string()))
  .superRefine((variables, context) => {
    for (const message of problemsOf(variables)) context.addIssue({ code: 'custom', message });
  });

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function problemsOf(variables: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(variables);
  return [
    ...names.filter((name) => !known.has(name)).map((name) => `${name}: the program has no such variable`),
    ...names
      .filter((name) => known.get(name)?.secret === true)
      .map((name) => `${name}: a secret belongs into Secrets Manager, not into a task definition`),
    ...names.filter((name) => stacksOwn.has(name)).map((name) => `${name}: the stack sets it from its own settings`),
    ...names
      .filter((name) => logins.has(name))
      .map((name) => `${name}: the settings auth and saslSecretArn say how the stacks log in`),
    ...refusals(variables),
  ];
}

function refusals(variables: Readonly<Record<string, string>>): string[] {
  try {
    readConfig(variables);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}
