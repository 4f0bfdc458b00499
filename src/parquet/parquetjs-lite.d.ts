declare module 'parquetjs-lite' {
  export interface FieldDefinition {
    readonly type?: string;
    readonly optional?: boolean;
    readonly repeated?: boolean;
    readonly compression?: string;
    readonly fields?: Readonly<Record<string, FieldDefinition>>;
  }

  class ParquetSchema {
    constructor(fields: Readonly<Record<string, FieldDefinition>>);
  }

  export interface WriterOptions {
    readonly rowGroupSize?: number;
    readonly pageIndex?: boolean;
    readonly useDataPageV2?: boolean;
  }

  class ParquetWriter {
    static openStream(
      schema: ParquetSchema,
      stream: {
        write(bytes: Uint8Array, done: (error?: Error) => void): void;
        end(done: (error?: Error) => void): void;
      },
      options: WriterOptions,
    ): Promise<ParquetWriter>;
    appendRow(row: Readonly<Record<string, unknown>>): Promise<void>;
    close(): Promise<void>;
  }

  const parquetjs: { readonly ParquetSchema: typeof ParquetSchema; readonly ParquetWriter: typeof ParquetWriter };
  export default parquetjs;
}
