import { existsSync, readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { createCommandLine } from '../../src/commands/command-line.ts';
import type { ToldCommand } from './documentation.ts';

/** What is wrong with a command of a page; undefined when it would be accepted. Nothing is run. */
export async function problemOf({ command, isComplete }: ToldCommand): Promise<string | undefined> {
  if (/<\w+>/.test(command)) return undefined;
  const words = wordsOf(command);
  if (words[0] === 'npx') words.shift();
  const [program = '', ...args] = words;
  const problem =
    program === 'glueless'
      ? await gluelessProblem(args)
      : program === 'npm'
        ? await npmProblem(args)
        : await composeProblem(args.slice(1));
  if (problem === undefined || (!isComplete && isOnlyNamed(problem))) return undefined;
  return `${command}: ${problem}`;
}

function isOnlyNamed(problem: string): boolean {
  return /required option .* not specified|argument missing/.test(problem);
}

/** Words as a shell would have them; what the shell would put in is `substituted`. */
export function wordsOf(command: string): string[] {
  const plain = command.replaceAll(/\$\([^()]*\)|\$\{?\w+\}?/g, 'substituted');
  return [...plain.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replaceAll(/["']/g, ''));
}

async function gluelessProblem(args: readonly string[]): Promise<string | undefined> {
  const program = createCommandLine(async () => {});
  const quiet = { writeOut: () => {}, writeErr: () => {} };
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.configureOutput(quiet);
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    return error instanceof Error ? error.message : String(error);
  }
}

const npmOwn = new Set(['ci', 'test', 'sbom', 'audit', 'install', 'pack', 'pkg', 'publish', 'version']);

async function npmProblem([verb = '', name = '', ...rest]: readonly string[]): Promise<string | undefined> {
  if (verb !== 'run') return npmOwn.has(verb) ? undefined : `npm has no ${verb} here`;
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const script: unknown = scripts[name];
  if (typeof script !== 'string') return `package.json has no script ${name}`;
  const own = /^node src\/cli\.ts (.*)$/.exec(script)?.[1];
  return own === undefined ? undefined : gluelessProblem([...wordsOf(own), ...rest.filter((word) => word !== '--')]);
}

async function composeProblem(args: readonly string[]): Promise<string | undefined> {
  const files = args.flatMap((word, index) => (word === '-f' ? [args[index + 1] ?? ''] : []));
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) return `there is no ${missing}`;
  const rest = args.slice(files.length * 2);
  if (files.length === 0) return 'no compose file is named: the repository has none at its root';
  if (rest[0] !== 'run')
    return ['up', 'down', 'logs', 'ps', 'build'].includes(rest[0] ?? '') ? undefined : `no verb of compose: ${rest[0]}`;
  const [service = '', ...given] = rest.slice(1).filter((word) => word !== '--rm');
  const words = serviceWords(readFileSync('docker/compose.yaml', 'utf8'), service);
  return words === undefined ? `there is no service ${service}` : gluelessProblem([...words, ...given]);
}

/** What a service of the compose file hands to the command line by itself. */
export function serviceWords(compose: string, service: string): string[] | undefined {
  const body = new RegExp(`^  ${service}:\\n((?:    .*\\n|\\n|  #.*\\n)*)`, 'm').exec(compose)?.[1];
  if (body === undefined) return undefined;
  const list = /^ {4}(?:entrypoint|command): \[(?:'\/app\/bin\/glueless\.js', )?(.*)\]$/m.exec(body)?.[1] ?? '';
  return [...list.matchAll(/'([^']*)'/g)].map(([, word = '']) => word.replace(/^\$\{\w+:-(.*)\}$/, '$1'));
}
