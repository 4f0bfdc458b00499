/** A writer's schema with all names resolved. A record may hold itself. */
export type AvroType =
  | { readonly kind: 'null' | 'boolean' | 'float' | 'double' }
  | { readonly kind: 'int'; readonly logical?: 'date' | 'time-millis' }
  | { readonly kind: 'long'; readonly logical?: LongLogical }
  | { readonly kind: 'string' }
  | { readonly kind: 'bytes'; readonly decimal?: DecimalForm }
  | {
      readonly kind: 'fixed';
      readonly size: number;
      readonly decimal?: DecimalForm;
      readonly logical?: 'uuid' | 'duration';
    }
  | { readonly kind: 'enum'; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: AvroType }
  | { readonly kind: 'map'; readonly values: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  | AvroRecord;

export interface AvroRecord {
  readonly kind: 'record';
  readonly name: string;
  readonly fields: readonly AvroField[];
}

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
}

export interface DecimalForm {
  readonly precision: number;
  readonly scale: number;
}

/** How many of a unit are in a second, and whether the time is one of a clock without a zone. */
export const timeUnits = {
  'timestamp-millis': { perSecond: 1000, digits: 3, isLocal: false },
  'timestamp-micros': { perSecond: 1_000_000, digits: 6, isLocal: false },
  'timestamp-nanos': { perSecond: 1_000_000_000, digits: 9, isLocal: false },
  'local-timestamp-millis': { perSecond: 1000, digits: 3, isLocal: true },
  'local-timestamp-micros': { perSecond: 1_000_000, digits: 6, isLocal: true },
  'local-timestamp-nanos': { perSecond: 1_000_000_000, digits: 9, isLocal: true },
} as const;

export type TimestampLogical = keyof typeof timeUnits;
export type LongLogical = TimestampLogical | 'time-micros';
