import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

/** `npm run soak -- --minutes 30` runs the random part of the fault matrix for that long. */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' } } });
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'soak'], {
  stdio: 'inherit',
  env: { ...process.env, SOAK_MINUTES: values.minutes },
});
process.exitCode = status ?? 1;
