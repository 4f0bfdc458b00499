import { PipelineError } from '../../runtime/errors.ts';

/** True for an error of the file system with this code. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Turns an error of the file system into a `PipelineError` with a code; any other error is returned unchanged. */
export function explainFileError(error: unknown, key: string): unknown {
  if (error instanceof PipelineError || !(error instanceof Error) || !('code' in error)) return error;
  const about = { retryable: false, details: { key, errno: error.code }, cause: error };
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new PipelineError('STORE_FULL', {
        ...about,
        // an operator may make room
        retryable: true,
        message: `no space left for ${key}`,
        hint: 'free space on its disk; nothing is lost: what was not written is written again',
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ELOOP':
      return new PipelineError('STORE_DENIED', {
        ...about,
        message: `${key} can't be accessed: ${error.message}`,
        hint: 'the process needs read and write access to the lake’s folder',
      });
    case 'ENOTDIR':
    case 'EEXIST':
      return new PipelineError('STORE_DENIED', {
        ...about,
        message: `${key} can't be made below a file: ${error.message}`,
        hint: 'LAKE must be a folder, or a path at which one can be made',
      });
    case 'ENOENT':
      return new PipelineError('STORE_MISSING', { ...about, message: `${key} is not there` });
    default:
      return new PipelineError('STORE_UNAVAILABLE', { ...about, retryable: true, message: `${key}: ${error.message}` });
  }
}
