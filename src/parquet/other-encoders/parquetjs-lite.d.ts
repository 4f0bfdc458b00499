declare module 'parquetjs-lite' {
  export interface FieldDefinition {
    readonly type?: string;
    readonly optional?: boolean;
    readonly repeated?: boolean;
    readonly statistics?: boolean;
    readonly compression?: string;
    readonly statistics?: boolean;
    readonly fields?: Readonly<Record<string, FieldDefinition>>;
  }

  /** Made once per file; nothing of it is called by us. */
  interface ParquetSchema {
    readonly fields: unknown;
  }

  export interface WriterOptions {
    readonly rowGroupSize?: number;
    readonly pageIndex?: boolean;
    readonly useDataPageV2?: boolean;
  }

  interface ByteStream {
    write(bytes: Uint8Array, done: (error?: Error) => void): void;
    end(done: (error?: Error) => void): void;
  }

  interface ParquetWriter {
    appendRow(row: Readonly<Record<string, unknown>>): Promise<void>;
    close(): Promise<void>;
  }

  const parquetjs: {
    readonly ParquetSchema: new (fields: Readonly<Record<string, FieldDefinition>>) => ParquetSchema;
    readonly ParquetWriter: {
      openStream(schema: ParquetSchema, stream: ByteStream, options: WriterOptions): Promise<ParquetWriter>;
    };
  };
  export default parquetjs;
}
