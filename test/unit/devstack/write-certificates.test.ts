import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/lake.ts';

const run = promisify(execFile);

describe('certificates for a stack of one’s own', () => {
  it.each([
    [[], 0o600],
    [['644'], 0o644],
  ])('have keys of mode 600, or of the mode that is asked for: %j', async (args, keyMode) => {
    const folder = await temporaryFolder();
    await run(process.execPath, ['src/devstack/write-certificates.ts', folder, 'broker,localhost', ...args]);
    const files = await readdir(folder);
    const isSecret = async (name: string) => (await readFile(join(folder, name), 'utf8')).includes('PRIVATE KEY');
    for (const name of files) {
      const { mode } = await stat(join(folder, name));
      expect([name, mode & 0o777]).toEqual([name, (await isSecret(name)) ? keyMode : 0o644]);
    }
    expect(files).toContain('client.key');
  });
});
