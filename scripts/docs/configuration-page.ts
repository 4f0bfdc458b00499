import { knownOptions } from './known-options.ts';
import { documentedVariables, type DocumentedVariable } from '../../src/app/config/config.ts';

export const configurationPath = 'docs/configuration.md';

/** Makes the reference of all variables, as Markdown. A test keeps the file in docs equal to it. */
export function configurationPage(): string {
  const groups = Map.groupBy(documentedVariables, ({ group }) => group);
  const sections = [...groups].map(([group, variables]) => section(group, variables));
  return `# Configuration

<!-- made from src/app/config/config.ts by \`npm run docs\` -->

All configuration comes from the environment. A variable that is empty counts as not set; blanks and line ends around a value
are ignored. Problems are reported all at once, each with its variable, what was expected and what came; values of secrets, and whatever
looks like a key or holds a password, are never printed. Of two variables that say the same thing (\`KAFKA_TLS_CERT\` and
\`KAFKA_TLS_CERT_FILE\`), only one may be set.

**Known as** names the option that sets the same thing elsewhere: in Kafka's clients (\`ssl.…\` and the like), Kafka Connect's S3 sink
(\`flush.size\`), AWS Glue (\`windowSize\`) and other AWS services.
Two that people look for have no counterpart: \`max.poll.records\` (a batch is cut by \`BATCH_ROWS_MAX\`, and \`BUFFER_BYTES_MAX\` bounds
memory) and \`enable.auto.commit\` (the ledger holds the position).

${sections.join('\n')}`;
}

function section(group: string, variables: readonly DocumentedVariable[]): string {
  const rows = variables.map(row).join('\n');
  return `## ${group}

| Variable | What for | Expected | Default | Known as |
| --- | --- | --- | --- | --- |
${rows}
`;
}

function row({ name, about, expected, fallback = '', secret = false }: DocumentedVariable): string {
  const known = new Map(Object.entries(knownOptions)).get(name) ?? [];
  const cells = [
    code(name),
    secret ? `${about} (secret)` : about,
    expected,
    code(fallback),
    known.map(code).join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
