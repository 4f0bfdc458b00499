import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const memorySettings = /\b(MALLOC_\w+|NODE_OPTIONS)=(?:"(.*?)"|(\S+))/gv;

/** The environment of a process with the image's limits of memory. */
export function environmentOfTheImage(): NodeJS.ProcessEnv {
  const matches = [...readFileSync('docker/Dockerfile', 'utf8').matchAll(memorySettings)];
  const settings = matches.map(([, name = '', quoted, plain]) => [name, quoted ?? plain]);
  return { ...process.env, ...Object.fromEntries(settings) };
}

/** Runs a script in a process of its own with these limits, and gives what it has printed. */
export function outputOf(script: string, args: readonly string[]): string {
  const env = environmentOfTheImage();
  return execFileSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
