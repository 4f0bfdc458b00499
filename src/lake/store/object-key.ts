import { PipelineError } from '../../runtime/errors.ts';

const nameBytesMax = 255;

/** Answers the key if it is plain names between slashes, so that topic content can't lead out of the lake's folder. Throws STORE_DENIED. */
export function checkKey(key: string): string {
  const names = key.split('/');
  const isPlain = names.every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0'));
  const isShort = names.every((name) => Buffer.byteLength(name) <= nameBytesMax);
  if (isPlain && isShort && !key.includes('\\')) return key;
  throw new PipelineError('STORE_DENIED', {
    message: `${JSON.stringify(key)} is no key for an object: expected plain names of at most ${nameBytesMax} bytes between slashes`,
    retryable: false,
  });
}
