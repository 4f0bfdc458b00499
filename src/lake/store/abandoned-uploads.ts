import { opendir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AbandonedUploads } from '../../consumer/ports/lake.ts';
import { explainFileError } from './explain-file-error.ts';
import { fileFacts, orNothing, requireInside } from './lake-folder.ts';
import { temporaryFolder } from './list-files.ts';

/** Names that puts give their files until they are whole. */
const uploadName = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Deletes files that puts have begun before `beforeMs` (since the epoch) and whose processes were killed. An object may be another name of such a
 * file: it stays. A put that was frozen for so long finds its file gone and writes it again.
 */
export async function removeAbandoned(
  base: string,
  { beforeMs, isDryRun }: { readonly beforeMs: number; readonly isDryRun: boolean },
): Promise<AbandonedUploads> {
  const folder = join(base, temporaryFolder);
  const found = { files: 0, bytes: 0 };
  try {
    await requireInside(base, folder);
    for await (const { name } of (await orNothing(() => opendir(folder))) ?? []) {
      const path = join(folder, name);
      const file = uploadName.test(name) ? await fileFacts(path) : undefined;
      if (file === undefined || file.mtimeMs >= beforeMs) continue;
      if (!isDryRun) await rm(path, { force: true });
      found.files++;
      found.bytes += file.size;
    }
  } catch (error) {
    throw explainFileError(error, temporaryFolder);
  }
  return found;
}
