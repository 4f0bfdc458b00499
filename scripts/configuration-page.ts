import { documentedVariables, type DocumentedVariable } from '../src/app/config.ts';

export const configurationPath = 'docs/configuration.md';

/** The reference of all variables, as Markdown. A test holds the file in docs to it. */
export function configurationPage(): string {
  const groups = Map.groupBy(documentedVariables(), ({ group }) => group);
  const sections = [...groups].map(([group, variables]) => section(group, variables));
  return `# Configuration

<!-- made from src/app/config.ts by \`npm run docs\` -->

All configuration comes from the environment. A variable that is empty counts as not set. Problems are reported all at once, each
with its variable, what was expected and what came; values of secrets are never printed.

${sections.join('\n')}`;
}

function section(group: string, variables: readonly DocumentedVariable[]): string {
  const rows = variables.map(({ name, about, expected, fallback, secret }) => {
    const note = secret === true ? `${about} (secret)` : about;
    return `| \`${name}\` | ${note} | ${expected} | ${fallback === undefined || fallback === '' ? '' : `\`${fallback}\``} |`;
  });
  return `## ${group}\n\n| Variable | What for | Expected | Default |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}
