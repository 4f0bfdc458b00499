import { isInPartition, isMerged, parseObjectName } from '../../ledger/keys/object-keys.ts';

/**
 * What a file in an Iceberg table's folder is, by its name: metadata as we and other engines call it, a file of merged rows, or the object of
 * a ledger entry. `undefined` for anything else, which is never deleted.
 */
export function kindOfFile(key: string, table: string): 'metadata' | 'merged' | 'of-entry' | undefined {
  if (key.startsWith(`${table}/metadata/`))
    return isMetadata(key.slice(`${table}/metadata/`.length)) ? 'metadata' : undefined;
  if (!isInPartition(key, table)) return undefined;
  if (isMerged(key)) return 'merged';
  return parseObjectName(key) === undefined ? undefined : 'of-entry';
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const metadataPattern = new RegExp(
  String.raw`^(?:\d{5,}-${uuid}\.metadata\.json|${uuid}-m\d+\.avro|snap-\d+-\d+-${uuid}\.avro)$`,
);

function isMetadata(name: string): boolean {
  return metadataPattern.test(name);
}
