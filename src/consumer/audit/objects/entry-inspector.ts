import { crc32 } from 'node:zlib';
import { isDeepStrictEqual } from 'node:util';
import { PipelineError } from '../../../runtime/errors.ts';
import { Turns } from '../../../runtime/turns.ts';
import type { Column } from '../../../schema/types/column-type.ts';
import type { ExpiredDays } from '../../ledger/notes/expired-days.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { isWritten, type LedgerEntry, type WrittenEntry, type WrittenObject } from '../../ledger/entry/ledger-entry.ts';
import type { ObjectStore } from '../../ports/lake.ts';
import { objectSource, sourceOf, type ParquetReader, type ParquetSource } from '../../ports/parquet.ts';
import { indexColumn } from '../../ports/record-columns.ts';
import { aboutObject, auditObject, withoutReplay } from './audit-object.ts';
import { RecordAudit, type Coordinates } from './record-audit.ts';
import type { Finding } from '../findings/finding.ts';
import type { FormatAudit } from '../format-audit.ts';
import { unlessUnreadable } from '../unless-unreadable.ts';
import { coordinateColumns } from '../../table/objects/file-offsets.ts';

export interface InspectorOptions {
  readonly ledger: Ledger;
  readonly store: ObjectStore;
  readonly parquet: ParquetReader;
  /** Called with the columns of each file that was read whole. */
  readonly onColumns: (kind: WrittenObject['kind'], key: string, columns: readonly Column[]) => void;
  /** Days whose objects need not be there any more. */
  readonly expired: ExpiredDays;
  readonly format: Pick<FormatAudit, 'format' | 'isNeeded' | 'hasRowsElsewhere'>;
  /** True for an entry that no replay can write again. */
  readonly isBeyondReplay: (entry: WrittenEntry) => boolean;
}

interface Inspection {
  readonly findings: Finding[];
  /** Its rows; `undefined` where the object was not read, or its rows have no coordinates. */
  readonly records?: RecordAudit | undefined;
  /** Its rows are in another file. */
  readonly hasRowsElsewhere?: true;
}

/** Times that an entry is looked at while others keep changing it. */
const looksMax = 5;

/**
 * Looks at the objects of one entry. Whatever seems wrong is believed only when the entry, read again, still says the same: a replay
 * or redrive may have exchanged the objects meanwhile, and then the new ones are looked at; objects of days that have expired may be gone.
 */
export class EntryInspector {
  readonly #options: InspectorOptions;

  constructor(options: InspectorOptions) {
    this.#options = options;
  }

  /** `deep`: reads the objects whole, with checksum and every row's coordinates; otherwise asks the store, and reads at most the footer. */
  async inspect(entry: WrittenEntry, { deep }: { readonly deep: boolean }): Promise<Finding[]> {
    const { expired, isBeyondReplay } = this.#options;
    let looked: LedgerEntry = entry;
    for (let looks = 0; looks < looksMax && isWritten(looked); looks++) {
      const { before } = expired;
      const findings = deep ? await this.#read(looked) : await this.#look(looked);
      if (findings.length === 0) return [];
      await expired.refresh();
      const now = await this.#again(entry);
      // one that is gone, or can't be read, excuses nothing
      if (before === expired.before && (now === undefined || isDeepStrictEqual(now, looked)))
        return isBeyondReplay(looked) ? findings.map((finding) => withoutReplay(finding, entry)) : findings;
      looked = now ?? looked;
    }
    return [];
  }

  async #again(entry: WrittenEntry): Promise<LedgerEntry | undefined> {
    const found = await unlessUnreadable(
      () => this.#options.ledger.get(entry, entry.from),
      () => undefined,
    );
    return found?.entry;
  }

  async #look(entry: WrittenEntry): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const object of this.#needed(entry)) {
      const found = await this.#lookAt(entry, object);
      if (found.length === 0 || (await this.#options.format.hasRowsElsewhere(object))) continue;
      for (const finding of found) findings.push(finding);
    }
    return findings;
  }

  #needed({ outcome: { objects } }: WrittenEntry): readonly WrittenObject[] {
    const { format, expired } = this.#options;
    return objects.filter((object) => !expired.has(object.partition) && format.isNeeded(object));
  }

  async #lookAt(entry: WrittenEntry, object: WrittenObject): Promise<Finding[]> {
    return unlessDamaged(entry, object, async () => {
      const info = await this.#options.store.head(object.key);
      const found = auditObject(entry, object, info);
      const isProven = info?.crc32 !== undefined && object.crc32 !== undefined;
      if (info === undefined || found.length > 0 || isProven) return found;
      const rows = await this.#options.parquet.rowCount(objectSource(this.#options.store, info));
      return auditObject(entry, object, { ...info, rows });
    });
  }

  async #read(entry: WrittenEntry): Promise<Finding[]> {
    const findings: Finding[] = [];
    const records = new RecordAudit(entry);
    const read: WrittenObject[] = [];
    let counted = 0;
    for (const object of this.#needed(entry)) {
      const inspection = await this.#readObject(entry, object);
      for (const finding of inspection.findings) findings.push(finding);
      if (inspection.hasRowsElsewhere === undefined) read.push(object);
      if (inspection.records === undefined) continue;
      records.addAll(inspection.records);
      counted++;
    }
    if (counted < read.length) return findings;
    const sum = (objects: readonly WrittenObject[]): number => objects.reduce((total, { rows }) => total + rows, 0);
    return [...findings, ...records.findings(sum(entry.outcome.objects) - sum(read))];
  }

  async #readObject(entry: WrittenEntry, object: WrittenObject): Promise<Inspection> {
    let records: RecordAudit | undefined;
    const findings = await unlessDamaged(entry, object, async () => {
      const stored = await this.#options.store.get(object.key);
      if (stored === undefined) return auditObject(entry, object, undefined);
      const { bytes } = stored;
      const facts = { size: bytes.length, crc32: crc32(bytes) };
      const inside = await unlessDamaged(entry, object, async () => {
        const content = await this.#readContent(entry, object, bytes);
        ({ records } = content);
        return auditObject(entry, object, { ...facts, rows: content.rows });
      });
      const outside = auditObject(entry, object, facts);
      return outside.length > 0 ? outside : inside;
    });
    if (findings.length > 0 && (await this.#options.format.hasRowsElsewhere(object)))
      return { findings: [], hasRowsElsewhere: true };
    return { findings, records };
  }

  async #readContent(entry: WrittenEntry, { kind, key }: WrittenObject, bytes: Uint8Array) {
    const { recipe } = entry;
    const { parquet, onColumns } = this.#options;
    const source = sourceOf(bytes);
    const columns = await parquet.columns(source);
    onColumns(kind, key, columns);
    const tellsOffsets = kind === 'dead-letters' || recipe.kafkaColumns;
    const hasOffsets = tellsOffsets && columns.some(({ name }) => name === 'kafka_offset');
    const hasIndex = recipe.records !== undefined && columns.some(({ name }) => name === indexColumn.name);
    const records = hasOffsets ? new RecordAudit(entry) : undefined;
    if (records !== undefined)
      for await (const coordinates of coordinatesOf(source, parquet, hasIndex)) records.add(coordinates);
    return { records, rows: await parquet.rowCount(source) };
  }
}

/** Reads the coordinates of a file's rows, one row group after the other. Lets the event loop turn: a broker's answers wait for it. */
export async function* coordinatesOf(
  source: ParquetSource,
  parquet: ParquetReader,
  hasIndex: boolean,
): AsyncIterable<Coordinates> {
  const names = [...coordinateColumns, ...(hasIndex ? [indexColumn.name] : [])];
  const turns = new Turns();
  for await (const [partitions = [], offsets = [], indexes] of parquet.integerChunks(source, names)) {
    yield { partitions, offsets, indexes };
    if (turns.areDue) await turns.next();
  }
}

/** Turns what can't be read into a finding; what went between two looks is missing. */
async function unlessDamaged(
  entry: WrittenEntry,
  object: WrittenObject,
  read: () => Promise<Finding[]>,
): Promise<Finding[]> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    if (error.code === 'STORE_MISSING') return auditObject(entry, object, undefined);
    if (error.code !== 'OBJECT_UNREADABLE' && !('link' in error.details)) throw error;
    return [aboutObject(entry, object.key, { problem: 'object-unreadable', what: `can't be read: ${error.message}` })];
  }
}
