import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PipelineError } from '../../runtime/errors.ts';
import { isCode } from './explain-file-error.ts';

/** Somebody may remove an empty folder while one is made in it. */
const triesMax = 3;

/**
 * Makes the folder and those above it; what is there stays. Rejects with STORE_DENIED where none can be made though the one above is there, as in
 * `/proc`: Node's own `mkdir` tries again for ever then.
 */
export async function makeFolders(folder: string, mode: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    if (await isMade(folder, mode)) return;
    const above = dirname(folder);
    if (above === folder || tries === triesMax) throw denied(folder);
    await makeFolders(above, mode);
  }
}

/** Answers with false when a folder above is not there. */
async function isMade(folder: string, mode: number): Promise<boolean> {
  try {
    await mkdir(folder, { mode });
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    // a file of that name is told by whoever writes into it
    if (isCode(error, 'EEXIST')) return true;
    throw error;
  }
}

function denied(folder: string): PipelineError {
  return new PipelineError('STORE_DENIED', {
    message: `${folder} can't be made: its file system takes no folders there`,
    retryable: false,
    details: { folder },
    hint: 'LAKE must be a folder, or a path at which one can be made',
  });
}
