import { errorGroups } from '../../src/runtime/error-codes/error-codes.ts';
import type { ErrorFacts } from '../../src/runtime/error-codes/error-facts.ts';

export const errorsPath = 'docs/errors.md';

const retried: Readonly<Record<ErrorFacts['retryable'], string>> = {
  always: 'yes',
  never: 'no',
  sometimes: 'sometimes',
};

/** Makes the reference of all error codes, as Markdown. A test keeps the file in docs equal to it. */
export function errorsPage(): string {
  const sections = Object.entries(errorGroups).map(([group, codes]) => section(group, codes));
  return `# Error codes

<!-- made from src/runtime/error-codes by \`npm run docs\` -->

Each failure has one of these codes. Services write it to the log as the field \`code\`, other commands print \`error CODE: what happened\` with a
line on what to do, and the metric \`glueless_step_retries_total\` has it as a label. [runbook.md](runbook.md)
has the steps for an operator.

**Tried again**: a step that fails with a retryable failure is tried again for \`RETRY_SECONDS\` before the process ends; _sometimes_ means that
it depends on what happened. **Exit** is the exit code of a process that ends with it.

${sections.join('\n')}`;
}

function section(group: string, codes: Readonly<Record<string, ErrorFacts>>): string {
  const rows = Object.entries(codes).map(
    ([code, { meaning, retryable, action, exit = 1 }]) =>
      `| \`${code}\` | ${meaning} | ${retried[retryable]} | ${exit} | ${action} |`,
  );
  return `## ${group}

| Code | What it means | Tried again | Exit | What to do |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
