import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { overviewPath, overviewPicture, overviewThemes } from '../../scripts/docs/overview-picture.ts';
import { readmeWith, readResults } from '../../scripts/docs/readme-numbers.ts';
import { decoderVersion } from '../../src/consumer/ledger/entry/decoder-version.ts';
import { parseEntry } from '../../src/consumer/ledger/entry/entry-format.ts';
import { parseObjectName } from '../../src/consumer/ledger/keys/object-keys.ts';
import { documentedVariables } from '../../src/app/config/config.ts';
import { readSettings } from '../../src/app/config/settings.ts';
import { errorGroups } from '../../src/runtime/error-codes/error-codes.ts';
import { problemOf, serviceWords, wordsOf } from '../support/command-check.ts';
import {
  anchorsOf,
  assignmentsOf,
  capitalNamesOf,
  commandsOf,
  documentationPages,
  linksOf,
  loggedWarnings,
  pathsOf,
  type Page,
} from '../support/documentation.ts';

const pages = documentationPages();
const variables = new Map(documentedVariables.map((variable) => [variable.name, variable]));
const errorCodes = new Set(Object.values(errorGroups).flatMap((group) => Object.keys(group)));

/** Names that belong to others, and why a page has them. */
const others: ReadonlySet<string> = new Set([
  // credentials of the AWS SDK
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  // Glue's connection properties, in the left column of the page on migrating
  'AWS_MSK_IAM',
  'KAFKA_BOOTSTRAP_SERVERS',
  'KAFKA_CLIENT_KEYSTORE',
  'KAFKA_CLIENT_KEY_PASSWORD',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_PLAIN_USERNAME',
  'KAFKA_SASL_SCRAM_SECRETS_ARN',
  'KAFKA_SASL_SCRAM_USERNAME',
  'KAFKA_SSL_ENABLED',
  'KAFKA_CUSTOM_CERT',
  'KAFKA_SKIP_CUSTOM_CERT_VALIDATION',
  // CloudFormation, Lake Formation and AWS Private CA
  'CAPABILITY_IAM',
  'CREATE_TABLE',
  'DATA_LOCATION_ACCESS',
  'GENERAL_PURPOSE',
  'SHORT_LIVED_CERTIFICATE',
  // our image's build
  'NODE_IMAGE',
  // conventions of terminals
  'NO_COLOR',
  // Node and the C library
  'MALLOC_ARENA_MAX',
  'NODE_OPTIONS',
]);

async function wrongCommands(page: Page): Promise<string[]> {
  const problems = await Promise.all(commandsOf(page).map(problemOf));
  return problems.filter((problem) => problem !== undefined);
}

function wrongAssignments(page: Page): string[] {
  return assignmentsOf(page)
    .filter(({ name, value }) => variables.has(name) && value !== '…' && !value.startsWith('$'))
    .flatMap(({ name, value }) => {
      try {
        readSettings({ [name]: value });
        return [];
      } catch (error) {
        // a page may name one variable of those that go together
        return String(error).endsWith(' too, got nothing') ? [] : [`${name}=${value}: ${String(error)}`];
      }
    });
}

function unknownNames(page: Page): string[] {
  const isPrefix = (name: string) => name.endsWith('_') && [...variables.keys()].some((key) => key.startsWith(name));
  return capitalNamesOf(page).filter(
    (name) => !variables.has(name) && !errorCodes.has(name) && !others.has(name) && !isPrefix(name),
  );
}

function missingFiles(page: Page): string[] {
  const broken = linksOf(page).filter(({ file, anchor }) => {
    const path = file === '' ? page.path : join(dirname(page.path), file);
    if (file !== '' && !existsSync(path)) return true;
    const text = file === '' ? page.text : anchor === undefined ? '' : readFileSync(path, 'utf8');
    return anchor !== undefined && !anchorsOf(text).includes(anchor);
  });
  return [
    ...pathsOf(page).filter((path) => globSync(path).length === 0),
    ...broken.map(({ file, anchor }) => (anchor === undefined ? file : `${file}#${anchor}`)),
  ];
}

/** Tables as they are before they are formatted. */
function squeezed(markdown: string): string {
  return markdown.replaceAll(/[ -]*\|[ -]*/g, '|').replaceAll(/\s+/g, ' ');
}

describe('the documentation', () => {
  it('is found', () => {
    expect(pages.map(({ path }) => path)).toEqual(expect.arrayContaining(['README.md', 'docs/operations.md']));
    expect(pages.flatMap(commandsOf).length).toBeGreaterThan(30);
    expect(pages.flatMap(assignmentsOf).length).toBeGreaterThan(15);
  });

  it.each(pages)('has only commands that are accepted: $path', async (page) => {
    expect(await wrongCommands(page)).toEqual([]);
  });

  it.each(pages)('gives variables only values that they take: $path', (page) => {
    expect(wrongAssignments(page)).toEqual([]);
  });

  it.each(pages)('names only variables and error codes that there are: $path', (page) => {
    expect(unknownNames(page)).toEqual([]);
  });

  it.each(pages)('names and links only files that there are: $path', (page) => {
    expect(missingFiles(page)).toEqual([]);
  });

  it('tells what every module of src is for', () => {
    const told = [...readFileSync('ARCHITECTURE.md', 'utf8').matchAll(/^\| `(src\/[\w/]+)\/` +\| [\w`]/gm)].map(
      ([, module]) => module,
    );
    const nested = globSync('src/{consumer,kafka}/*/');
    const modules = [...globSync('src/*/'), ...nested].filter((module) => module !== 'src/consumer');
    expect(new Set(told)).toEqual(new Set(modules));
  });

  it('tells contributors what each npm script is for', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));
    const page = readFileSync('CONTRIBUTING.md', 'utf8');
    const told = new Set([...page.matchAll(/npm (?:run )?([\w:-]+)/g)].map(([, name]) => name));
    // npm runs this one by itself
    expect(Object.keys(scripts).filter((name) => name !== 'prepare' && !told.has(name))).toEqual([]);
  });

  it('names every file of the kernel, and no other', () => {
    const page = readFileSync('src/kernel/README.md', 'utf8');
    const [, table = '', host = ''] = /^## The files of `assembly\/`\n(.*)^The host, (.*)/ms.exec(page) ?? [];
    const filesIn = (folder: string) => globSync(`${folder}/*.ts`).map((path) => path.slice(folder.length + 1));
    const namedIn = (text: string) => new Set([...text.matchAll(/`([\w-]+\.ts)`/g)].map(([, name = '']) => name));
    expect(namedIn(table)).toEqual(new Set(filesIn('src/kernel/assembly')));
    expect(filesIn('src/kernel')).toEqual(expect.arrayContaining([...namedIn(host)]));
  });

  it('shows a ledger entry that the program reads', () => {
    const [, json = ''] = /^```json\n(.*?)^```/ms.exec(readFileSync('docs/lake.md', 'utf8')) ?? [];
    const entry = parseEntry('docs/lake.md', Buffer.from(json), {
      table: 'thermometer',
      topic: 'thermometer',
      partition: 0,
      from: 4800n,
    });
    expect(entry.state === 'committed' && entry.recipe.decoder).toBe(decoderVersion);
    expect(entry.state === 'committed' && entry.outcome.objects.map(({ key }) => parseObjectName(key)?.to)).toEqual([
      12000n,
      12000n,
    ]);
  });

  it('tells an operator what to do for each error code, in a row of its own', () => {
    const runbook = readFileSync('docs/runbook.md', 'utf8');
    const told = [...runbook.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) +\|/gm)].flatMap(([, codes = '']) =>
      codes.match(/\w+/g),
    );
    const forDevelopers = new Set(['USAGE_INVALID', 'PREREQUISITE_MISSING', 'PREREQUISITE_FAILED', 'DEMO_FAILED']);
    expect([...errorCodes].filter((code) => !forDevelopers.has(code) && !told.includes(code))).toEqual([]);
  });

  it('tells an operator what each warning and error line means', () => {
    const told = ['docs/observe.md', 'docs/runbook.md'].map((path) => readFileSync(path, 'utf8')).join('');
    const sentences = globSync('src/**/*.ts').flatMap((path) => loggedWarnings(readFileSync(path, 'utf8')));
    expect(sentences.length).toBeGreaterThan(25);
    // what follows a colon is told in other words
    expect(sentences.filter((sentence) => !told.includes(sentence.replace(/: .*/, '')))).toEqual([]);
  });

  it('says the program’s own defaults in the README', () => {
    const readme = readFileSync('README.md', 'utf8');
    const rows = [...readme.matchAll(/^\| `([A-Z_]+)` +\| `([^`]+)`/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]);
    expect(rows.length).toBeGreaterThan(3);
    expect(rows).toEqual(rows.map(([name = '']) => [name, variables.get(name)?.fallback]));
  });

  it('shows the numbers of the newest results, and the picture of its script', () => {
    const readme = readFileSync('README.md', 'utf8');
    expect(squeezed(readme)).toBe(squeezed(readmeWith(readme, readResults())));
    for (const theme of overviewThemes) expect(readFileSync(overviewPath(theme), 'utf8')).toBe(overviewPicture(theme));
  });

  it('runs services of the compose file by commands that are accepted', async () => {
    const compose = readFileSync('docker/compose.yaml', 'utf8');
    const services = ['producer', 'consumer', 'report', 'verify', 'replay'];
    const commands = services.map((service) => ['glueless', ...(serviceWords(compose, service) ?? [])].join(' '));
    expect(commands[0]).toContain('produce --rate 200');
    const problems = commands.map((command) => problemOf({ command, isComplete: true }));
    expect(await Promise.all(problems)).toEqual(services.map(() => undefined));
  });
});

describe('the check of the documentation', () => {
  const page = (text: string): Page => ({ path: 'planted.md', text });

  it('finds a command that is refused', async () => {
    const planted = [
      '`glueless verify --depp`',
      '`npm run demoo`',
      '`npm run demo -- --lake s4`',
      '`glueless replay --from-time noon`',
    ];
    const commands = page(
      `${planted.join(' and ')}\n\n\`\`\`sh\ndocker compose -f docker/compose.yaml run --rm reprot\n\`\`\`\n`,
    );
    expect(await wrongCommands(commands)).toHaveLength(5);
  });

  it('finds a value that is refused', () => {
    expect(wrongAssignments(page('off with `KAFKA_COLUMNS=no`'))).toHaveLength(1);
    expect(wrongAssignments(page('| `SCHEMA_POLICY`: `evolve`, `loose` |'))).toHaveLength(1);
    expect(wrongAssignments(page('```sh\nexport LAKE=s3://b LAKE_DATABASE=hospital\n```\n'))).toHaveLength(1);
  });

  it('finds a variable, an error code and a file that are not there', () => {
    expect(unknownNames(page('`KAFKA_BROKER` and `STORE_GONE`, not `KAFKA_TLS_`'))).toEqual([
      'KAFKA_BROKER',
      'STORE_GONE',
    ]);
    const links = page(
      '## A page’s end\n`src/gone.ts`, `src/cli.ts`, [no](docs/gone.md), [end](#a-pages-end), [no](#gone)',
    );
    expect(missingFiles(links)).toEqual(['src/gone.ts', 'docs/gone.md', '#gone']);
  });

  it('reads words as a shell does', () => {
    expect(wordsOf('glueless cert request --secret "$(out A B)" --name \'two words\'')).toEqual([
      'glueless',
      'cert',
      'request',
      '--secret',
      'substituted',
      '--name',
      'two words',
    ]);
  });
});
