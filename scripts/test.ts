import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** Runs all checks: `npm test`. With `--fast` without brokers and emulators. The last line has the counts. */

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

function runLane({ name, command, counts }: Lane): { passed: number; failed: number } {
  console.log(`\n# ${name}`);
  const [program = '', ...args] = command;
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (counts === undefined) return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const found = readCounts(counts);
  // a lane that broke down before or beside its tests has failed, even if all tests passed
  return status !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found;
}

function readCounts(path: string): { passed: number; failed: number } {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(path, 'utf8'));
    return { passed: Number(numPassedTests), failed: Number(numFailedTests) + Number(numPendingTests) };
  } catch {
    return { passed: 0, failed: 1 };
  }
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
const total = { passed: 0, failed: 0 };
for (const lane of lanes) {
  const { passed, failed } = runLane(lane);
  total.passed += passed;
  total.failed += failed;
}
if (!fast) console.log(`\n${coverageLine()}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
