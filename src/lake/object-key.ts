import { PipelineError } from '../runtime/errors.ts';

const partBytesMax = 255;

/** Answers with the key if every part of it is a plain name: topic content can't lead out of the lake's folder. */
export function checkKey(key: string): string {
  const parts = key.split('/');
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'));
  const isShort = parts.every((part) => Buffer.byteLength(part) <= partBytesMax);
  if (isPlain && isShort && !key.includes('\\')) return key;
  throw new PipelineError('STORE_DENIED', {
    message: `${JSON.stringify(key)} is no key for an object: expected plain names of at most ${partBytesMax} bytes between slashes`,
    retryable: false,
  });
}
