import type { RecordChunk } from '../ports/record-chunk.ts';

/** Why what stands around a value's JSON could not be taken off, or the value not be read by the schema that its frame names. */
export interface ValueFailure {
  readonly reason: 'unknown-schema' | 'invalid-avro' | 'invalid-compression' | 'too-large' | 'too-deep';
  readonly detail: string;
}

/** Answers with why the record's value was left as it is: its bytes are no JSON then. */
export type FailureOf = (chunk: RecordChunk, index: number) => ValueFailure | undefined;
