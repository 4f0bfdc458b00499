import { fileStatus, ManifestWriter, type ManifestEntry } from '../manifests/manifest.ts';
import type { ManifestFile } from '../manifests/manifest-list.ts';
import { partitionFields, type PartitionField } from '../metadata/partition-fields.ts';
import { manifestContent } from '../manifests/read-snapshot.ts';
import { singleValue } from '../manifests/single-value.ts';
import type { TableFiles } from '../manifests/table-files.ts';
import { currentSchema, type PartitionSpec, type TableMetadata } from '../metadata/table-metadata.ts';

/** The snapshot that is being made, and where its files go. */
export interface Stage {
  readonly metadata: TableMetadata;
  readonly snapshotId: bigint;
  readonly sequenceNumber: number;
  readonly files: TableFiles;
  /** Gives a new key for each manifest. */
  readonly newManifestKey: () => string;
}

/** A manifest of a snapshot that is being made. Entries are encoded as they come, and none is kept. */
export class StagedManifest {
  readonly #stage: Stage;
  readonly #spec: PartitionSpec;
  readonly #writer: ManifestWriter;
  readonly #ranges: readonly ValueRange[];
  readonly #added = { files: 0, rows: 0 };
  readonly #existing = { files: 0, rows: 0 };
  readonly #deleted = { files: 0, rows: 0 };
  #sequenceNumberMin: number;

  constructor(spec: PartitionSpec, stage: Stage) {
    const schema = currentSchema(stage.metadata);
    this.#stage = stage;
    this.#spec = spec;
    this.#writer = new ManifestWriter(schema, spec);
    this.#ranges = partitionFields(schema, spec).map((field) => new ValueRange(field));
    this.#sequenceNumberMin = stage.sequenceNumber;
  }

  /** Files in it, those that it says are deleted too. */
  get size(): number {
    return this.#added.files + this.#existing.files + this.#deleted.files;
  }

  append(entry: ManifestEntry): void {
    const { status, sequence_number: number, data_file: file } = entry;
    this.#writer.append(entry);
    const tally = this.#tallyOf(status);
    tally.files++;
    tally.rows += file.record_count;
    if (status !== fileStatus.deleted)
      this.#sequenceNumberMin = Math.min(this.#sequenceNumberMin, Number(number ?? this.#stage.sequenceNumber));
    for (const range of this.#ranges) range.add(file.partition);
  }

  /** Writes the file, and gives its line in the list of manifests. */
  async finish(): Promise<ManifestFile> {
    const { files, newManifestKey, snapshotId, sequenceNumber } = this.#stage;
    const bytes = this.#writer.finish();
    return {
      manifest_path: await files.write(newManifestKey(), bytes),
      manifest_length: bytes.length,
      partition_spec_id: this.#spec['spec-id'],
      content: manifestContent.data,
      sequence_number: sequenceNumber,
      min_sequence_number: this.#sequenceNumberMin,
      added_snapshot_id: snapshotId,
      added_files_count: this.#added.files,
      existing_files_count: this.#existing.files,
      deleted_files_count: this.#deleted.files,
      added_rows_count: this.#added.rows,
      existing_rows_count: this.#existing.rows,
      deleted_rows_count: this.#deleted.rows,
      partitions: this.#ranges.map((range) => range.summary()),
    };
  }

  #tallyOf(status: number) {
    if (status === fileStatus.added) return this.#added;
    return status === fileStatus.deleted ? this.#deleted : this.#existing;
  }
}

/** The range of a partition field's values, by which readers leave out whole manifests. */
class ValueRange {
  readonly #field: PartitionField;
  #hasNull = false;
  #isOrdered: boolean;
  #lower: Uint8Array | undefined;
  #upper: Uint8Array | undefined;

  constructor(field: PartitionField) {
    this.#field = field;
    this.#isOrdered = field.type === 'string';
  }

  add(partition: Readonly<Record<string, unknown>>): void {
    const value = partition[this.#field.name];
    if (value === null || value === undefined) {
      this.#hasNull = true;
      return;
    }
    const bound = singleValue(value, this.#field.type);
    if (bound === undefined) this.#isOrdered = false;
    if (bound === undefined || !this.#isOrdered) return;
    if (this.#lower === undefined || Buffer.compare(bound, this.#lower) < 0) this.#lower = bound;
    if (this.#upper === undefined || Buffer.compare(bound, this.#upper) > 0) this.#upper = bound;
  }

  summary() {
    return {
      contains_null: this.#hasNull,
      contains_nan: false,
      lower_bound: this.#isOrdered ? this.#lower : undefined,
      upper_bound: this.#isOrdered ? this.#upper : undefined,
    };
  }
}
