import type { Ledger } from '../../ledger/ledger.ts';
import { startsPrefix, topicPrefix, type LedgerPath, type TopicPath } from '../../ledger/keys/ledger-keys.ts';
import { isFolderMarker } from '../../ledger/keys/object-keys.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import type { Finding } from '../findings/finding.ts';

/** Files in the ledger's folder of a Kafka partition that are no entry, revision or segment. */
export async function findUnknownFiles(path: LedgerPath, ledger: Ledger): Promise<Finding[]> {
  const keys = await ledger.unknownKeys(path);
  return keys.map((key) => unknownFile(key, path.partition));
}

/** The first file of each folder beside those of the Kafka partitions, and files that lie there. Takes a request for each folder. */
export async function findUnknownFolders(topic: TopicPath, store: ObjectStore): Promise<Finding[]> {
  const prefix = topicPrefix(topic);
  const findings: Finding[] = [];
  for (let startAfter = prefix; ;) {
    // what stands for the folder itself comes before the files in it
    const [first, second] = await Array.fromAsync(store.list(prefix, { startAfter, limit: 2 }));
    if (first === undefined) return findings;
    const isMarker = isFolderMarker(first);
    const { key } = isMarker && second?.key.startsWith(first.key) === true ? second : first;
    const [name = '', ...below] = key.slice(prefix.length).split('/');
    const isFolder = below.length > 0;
    const isKnown = isFolder && (/^\d+$/.test(name) || key.startsWith(startsPrefix(topic)));
    if (!isKnown && !(isMarker && key === first.key)) findings.push(unknownFile(key));
    // past every key of this folder
    startAfter = isFolder ? `${prefix}${name}/\u{10FFFF}` : key;
  }
}

function unknownFile(key: string, partition?: number): Finding {
  const what = 'lies in the ledger’s folder and is no entry, revision or segment';
  const action = 'look at it, then move it out of the ledger';
  return { problem: 'ledger-unknown-file', where: key, what, action, ...(partition !== undefined && { partition }) };
}
