import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

it('a kernel that was built of other sources is refused, since it might read records wrong', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'kernel-'));
  await cp('src', join(copy, 'src'), { recursive: true });
  for (const name of ['kernel.wasm', 'kernel.wasm.sources']) await cp(`dist/${name}`, join(copy, 'dist', name));
  await writeFile(join(copy, 'package.json'), '{ "type": "module", "imports": { "#kernel": "./dist/kernel.wasm" } }');
  const kernel = pathToFileURL(join(copy, 'src/kernel/kernel.ts'));
  const load = () =>
    run(process.execPath, [
      '--input-type=module',
      '-e',
      `(await import("${kernel.href}")).createKernel(); console.log('loaded')`,
    ]);
  expect((await load()).stdout).toContain('loaded');
  await appendFile(join(copy, 'src/kernel/assembly/bytes.ts'), '\n// another line\n');
  await expect(load()).rejects.toThrow(/kernel.wasm was built of other sources/);
});
