import type { RecordChunk } from '../ports/record-chunk.ts';

/** Why a value could not be unwrapped: its frame or compression could not be taken off, or its schema could not read it. */
export interface ValueFailure {
  readonly reason: 'unknown-schema' | 'invalid-avro' | 'invalid-compression' | 'too-large' | 'too-deep';
  readonly detail: string;
}

/** Answers with why the record's value was left as it is: its bytes are no JSON then. */
export type FailureOf = (chunk: RecordChunk, index: number) => ValueFailure | undefined;
