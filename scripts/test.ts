import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';

/**
 * Runs all checks: `npm test`. With `--fast` without brokers and emulators. At the end what failed is told once more, since a log is often kept
 * from its end only; the last line has the counts.
 */

interface Lane {
  readonly name: string;
  readonly command: readonly string[];
  /** File with vitest's counts; left out: the lane counts as one test. */
  readonly counts?: string;
}

const results = join('.cache', 'test-results');
const fast = process.argv.includes('--fast');
const cores = availableParallelism();
/** Tests wait for disks, and integration tests for brokers and processes, a good part of the time. */
const workers = `--maxWorkers=${cores + 1}`;

const lanes: Lane[] = [
  { name: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
  { name: 'types', command: ['npm', 'run', '--silent', 'typecheck'] },
  vitest('fast', fast ? [workers] : [workers, '--coverage']),
  ...(fast ? [] : [vitest('integration', [workers])]),
];

function vitest(project: string, options: readonly string[] = []): Lane {
  const counts = join(results, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${counts}`];
  return { name: project, command: ['npx', 'vitest', 'run', '--project', project, ...reporters, ...options], counts };
}

/** What a lane has to say: its counts, and a text for each test that failed. */
interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
}

function runLane({ name, command, counts }: Lane): Outcome {
  console.log(`\n# ${name}`);
  const [program = '', ...args] = command;
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  const brokenDown: Outcome = { passed: 0, failed: 1, failures: [`${name} ended with ${status ?? 'a signal'}`] };
  if (counts === undefined) return status === 0 ? { passed: 1, failed: 0, failures: [] } : brokenDown;
  const found = readOutcome(counts) ?? brokenDown;
  // a lane that broke down before or beside its tests has failed, even if all tests passed
  return status !== 0 && found.failed === 0 ? { ...brokenDown, passed: found.passed } : found;
}

/** Reads vitest's report; undefined: there is none, or half of one. */
function readOutcome(path: string): Outcome | undefined {
  try {
    const report: Report = JSON.parse(readFileSync(path, 'utf8'));
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + report.numPendingTests,
      failures: report.testResults.flatMap(failuresOf),
    };
  } catch {
    return undefined;
  }
}

function failuresOf({ name, message, assertionResults }: Report['testResults'][number]): string[] {
  const file = relative('.', name);
  const tests = assertionResults
    .filter(({ status }) => status !== 'passed')
    .map(({ fullName, status, failureMessages }) =>
      [`${file} > ${fullName}: ${status}`, ...failureMessages.map(firstLines)].join('\n'),
    );
  return message === '' ? tests : [`${file}: ${firstLines(message)}`, ...tests];
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    /** What was thrown outside of its tests. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** A failed property tells its seed and its smallest input at the start. */
function firstLines(message: string): string {
  return message.split('\n').slice(0, 12).join('\n').slice(0, 3000);
}

function coverageLine(): string {
  try {
    const { lines, branches } = JSON.parse(readFileSync(join('coverage', 'coverage-summary.json'), 'utf8')).total;
    return `coverage of src/ by unit and contract tests: ${lines.pct} % of lines, ${branches.pct} % of branches`;
  } catch {
    return 'coverage: not measured, since a lane broke down';
  }
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const outcomes = lanes.map(runLane);
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
for (const failure of outcomes.flatMap(({ failures }) => failures)) console.log(`\n# failed: ${failure}`);
if (!fast) console.log(`\n${coverageLine()}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
