import { fileURLToPath } from 'node:url';
import type { ObjectStore } from '../consumer/ports/lake.ts';
import { PipelineError } from '../runtime/errors.ts';

/** Gives the key of the object that a URI names, in the lake that it lies in. Throws TABLE_MISMATCH for one outside the lake. */
export function keyOfUri(store: Pick<ObjectStore, 'uri'>, uri: string): string {
  const key = findKey(store, uri);
  if (key !== undefined) return key;
  throw new PipelineError('TABLE_MISMATCH', {
    message: `${uri} lies outside the lake ${store.uri('')}`,
    retryable: false,
    details: { uri },
    hint: 'set LAKE to the folder or bucket that holds the table',
  });
}

/** Gives the key of the object that a URI names; `undefined` for one outside the lake. */
export function findKey(store: Pick<ObjectStore, 'uri'>, uri: string): string | undefined {
  const root = plain(store.uri('_')).slice(0, -1);
  const wanted = plain(uri);
  return wanted.startsWith(root) && wanted.length > root.length ? wanted.slice(root.length) : undefined;
}

/** Other engines write the same object in other ways: `s3a://`, `file:/…`, a path alone. */
function plain(uri: string): string {
  if (/^file:/i.test(uri)) return fileURLToPath(uri.replace(/^file:\/*/i, 'file:///'));
  return uri.replace(/^s3[an]:\/\//i, 's3://');
}
