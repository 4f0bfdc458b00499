import { fileURLToPath } from 'node:url';
import type { ObjectStore } from '../consumer/ports/lake.ts';
import { PipelineError } from '../runtime/errors.ts';

/** Gives the key of the object that a URI names, in the lake that it lies in. Throws TABLE_MISMATCH for one outside the lake. */
export function keyOfUri(store: Pick<ObjectStore, 'uri'>, uri: string): string {
  const root = plain(store.uri('_')).slice(0, -1);
  const wanted = plain(uri);
  if (wanted.startsWith(root) && wanted.length > root.length) return wanted.slice(root.length);
  throw new PipelineError('TABLE_MISMATCH', {
    message: `${uri} lies outside the lake ${root}`,
    retryable: false,
    details: { uri },
    hint: 'set LAKE to the folder or bucket that holds the table',
  });
}

/** Other engines write the same object in other ways: `s3a://`, `file:/…`, a path alone. */
function plain(uri: string): string {
  if (/^file:/i.test(uri)) return fileURLToPath(uri.replace(/^file:\/*/i, 'file:///'));
  return uri.replace(/^s3[an]:\/\//i, 's3://');
}
