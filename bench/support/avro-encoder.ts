import avro from 'avsc';

/** Longs as bigint, all 64 bits: avsc's own are numbers. */
const longs = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

/** An encoder of avsc for the schema: an implementation of Avro that shares nothing with ours. Longs are bigint. */
export function avroEncoder(schema: unknown): (value: unknown) => Buffer {
  const plain = JSON.stringify(schema, (_, value: unknown) => withoutLogicalType(value));
  const type = avro.Type.forSchema(JSON.parse(plain), {
    registry: { long: longs },
    wrapUnions: true,
  });
  return (value) => type.toBuffer(value);
}

/** The type below a logical one: it has the same bytes. */
function withoutLogicalType(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null || !('logicalType' in schema)) return schema;
  const { logicalType: _, ...plain } = schema;
  return 'name' in plain || !('type' in plain) ? plain : plain.type;
}

/** The frame of Confluent's serializers. */
export function confluentFrame(id: number, value: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  return Buffer.concat([header, value]);
}

/** The frame of AWS Glue's serializers; `compression`: 0 for none, 5 for zlib. */
export function glueFrame(uuid: string, value: Buffer, compression: 0 | 5 = 0): Buffer {
  return Buffer.concat([Buffer.from([3, compression]), Buffer.from(uuid.replaceAll('-', ''), 'hex'), value]);
}
