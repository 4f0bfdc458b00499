import { z } from 'zod';
import { hasCode, messageOf, PipelineError } from '../../../runtime/errors.ts';
import { entrySchema, ledgerFormat, type LedgerEntry } from './ledger-entry.ts';
import { upgradeFormat1 } from './entry-format-1.ts';
import { checkOpen } from './closing.ts';
import type { LedgerPath } from '../keys/ledger-keys.ts';

export function serializeEntry(entry: LedgerEntry): Uint8Array {
  return Buffer.from(`${JSON.stringify(z.encode(entrySchema, entry))}\n`);
}

/**
 * Reads an entry of this format or an older one. Throws LEDGER_CORRUPT with the key and what is wrong, LEDGER_NEWER for a later format,
 * LEDGER_CLOSED where the ledger has ended for good.
 */
export function parseEntry(
  key: string,
  bytes: Uint8Array,
  expected?: LedgerPath & { readonly from: bigint },
): LedgerEntry {
  const entry = parseText(key, Buffer.from(bytes).toString('utf8'));
  if (entry.to <= entry.from) throw corrupt(key, `its range [${entry.from}, ${entry.to}) holds nothing`);
  if (expected !== undefined) checkKey(key, entry, expected);
  return entry;
}

/** Tells whether a failure is of an object of the ledger that can't be read. */
export function isUnreadable(error: unknown): error is PipelineError {
  return hasCode(error, 'LEDGER_CORRUPT', 'LEDGER_NEWER');
}

/** Reads the JSON of one entry; `key` says in messages where it stands. */
export function parseText(key: string, text: string): LedgerEntry {
  const json = parseJson(key, text);
  checkOpen(key, json);
  const format = formatOf(json);
  if (format !== undefined && format > ledgerFormat) throw newer(key, format);
  const parsed = entrySchema.safeParse(format === 1 ? upgradeFormat1(json) : json);
  if (parsed.success) return parsed.data;
  throw corrupt(key, z.prettifyError(parsed.error));
}

function parseJson(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw corrupt(key, messageOf(error));
  }
}

function formatOf(json: unknown): number | undefined {
  const format: unknown = Reflect.get(Object(json), 'format');
  return typeof format === 'number' ? format : undefined;
}

/** A copy of another entry, or one that was edited by hand, must not count as what its key says. */
function checkKey(key: string, entry: LedgerEntry, expected: LedgerPath & { readonly from: bigint }): void {
  for (const name of ['table', 'topic', 'partition', 'from'] as const) {
    if (entry[name] !== expected[name])
      throw corrupt(key, `it says ${name} ${entry[name]}, its key says ${expected[name]}`);
  }
}

function corrupt(key: string, what: string): PipelineError {
  return new PipelineError('LEDGER_CORRUPT', {
    message: `the ledger entry ${key} can't be used: ${what}`,
    retryable: false,
    details: { key },
    hint: 'nothing is written before this is understood; `glueless verify` shows the chain around it',
  });
}

function newer(key: string, format: number): PipelineError {
  return new PipelineError('LEDGER_NEWER', {
    message: `the ledger entry ${key} has format ${format}, this version knows ${ledgerFormat}: it was written by a newer version`,
    retryable: false,
    details: { key, format },
    hint: 'upgrade glueless here, or stop the newer version before anything of it is written',
  });
}
