import type { LedgerPath } from './ledger-entry.ts';
import type { OffsetRange } from '../ports/topic.ts';

/** What an object's name says about its content. */
export interface ObjectName extends OffsetRange {
  readonly topic: string;
}

/**
 * `<table>/<Hive partition>/<topic>-<partition>-<from>-<to>.parquet`: a function of the claim and the Hive partition, so
 * that every try, on any machine, writes the same keys.
 */
export function objectKey(
  claim: LedgerPath & { readonly from: string; readonly to: string },
  hivePath: string,
): string {
  const folder = hivePath === '' ? claim.table : `${claim.table}/${hivePath}`;
  return `${folder}/${claim.topic}-${claim.partition}-${claim.from}-${claim.to}.parquet`;
}

/** The redriven rows of a claim lie beside its object, numbered. */
export function redriveKey(key: string, round: number): string {
  return `${key.slice(0, -'.parquet'.length)}.redrive-${round}.parquet`;
}

const namePattern = /^(?<topic>[\w.-]+)-(?<partition>\d+)-(?<from>\d+)-(?<to>\d+)(?:\.redrive-\d+)?\.parquet$/;

/** Reads a key's last part; `undefined` when it isn't a name of ours. */
export function parseObjectName(key: string): ObjectName | undefined {
  const groups = namePattern.exec(key.slice(key.lastIndexOf('/') + 1))?.groups;
  if (groups === undefined) return undefined;
  const { topic = '', partition = '', from = '', to = '' } = groups;
  return { topic, partition: Number(partition), from: BigInt(from), to: BigInt(to) };
}

/** Query engines skip what begins with `_` or `.`; so does the audit. */
export function isHidden(key: string): boolean {
  return key.split('/').some((part) => part.startsWith('_') || part.startsWith('.'));
}
