/** One value of ASN.1 in its basic encoding. Source: ITU-T X.690. */
export interface BerNode {
  /** The identifier octet, with class and whether it is constructed. */
  readonly tag: number;
  /** Without identifier and length. */
  readonly content: Buffer;
  /** What a constructed value is made of; none for a primitive one. */
  readonly children: readonly BerNode[];
}

const constructedFlag = 0x20;
const depthMax = 24;

/** Reads the value that `bytes` begin with. Throws a RangeError for bytes that hold none. */
export function readBer(bytes: Buffer): BerNode {
  return readNode(bytes, 0, depthMax).node;
}

/** The bytes of an octet string, also of one that is sent in pieces. */
export function octetsOf({ content, children }: BerNode): Buffer {
  return children.length === 0 ? content : Buffer.concat(children.map(octetsOf));
}

/** The child at `path`: the first one's second one is `[0, 1]`. Throws a RangeError when there is none. */
export function childAt(node: BerNode, ...path: readonly number[]): BerNode {
  return path.reduce((parent, index) => {
    const child = parent.children[index];
    if (child === undefined) throw new RangeError(`a value of tag ${parent.tag} without part ${index}`);
    return child;
  }, node);
}

export function integerOf({ content }: BerNode): number {
  if (content.length === 0 || content.length > 6) throw new RangeError(`an integer of ${content.length} bytes`);
  return content.readIntBE(0, content.length);
}

/** The object identifier in the hexadecimal digits of its encoding. */
export function oidOf({ content }: BerNode): string {
  return content.toString('hex');
}

function readNode(bytes: Buffer, start: number, depth: number): { readonly node: BerNode; readonly end: number } {
  if (depth === 0) throw new RangeError('values nested too deeply');
  const tag = bytes.readUInt8(start);
  const { length, contentStart } = readLength(bytes, start + 1);
  if (length === undefined) return readIndefinite(bytes, tag, contentStart, depth);
  const end = contentStart + length;
  if (end > bytes.length) throw new RangeError('a value that is cut off');
  const content = bytes.subarray(contentStart, end);
  const children: BerNode[] = [];
  if ((tag & constructedFlag) !== 0) {
    for (let at = 0; at < content.length;) {
      const child = readNode(content, at, depth - 1);
      children.push(child.node);
      at = child.end;
    }
  }
  return { node: { tag, content, children }, end };
}

/** Ends with two zeros instead of having a length. */
function readIndefinite(
  bytes: Buffer,
  tag: number,
  start: number,
  depth: number,
): { readonly node: BerNode; readonly end: number } {
  const children: BerNode[] = [];
  let at = start;
  while (bytes.readUInt16BE(at) !== 0) {
    const child = readNode(bytes, at, depth - 1);
    children.push(child.node);
    at = child.end;
  }
  return { node: { tag, content: bytes.subarray(start, at), children }, end: at + 2 };
}

/** `undefined` for a length that is not told. */
function readLength(bytes: Buffer, at: number): { readonly length: number | undefined; readonly contentStart: number } {
  const first = bytes.readUInt8(at);
  if (first < 0x80) return { length: first, contentStart: at + 1 };
  const count = first & 0x7f;
  if (count === 0) return { length: undefined, contentStart: at + 1 };
  if (count > 4) throw new RangeError(`a length of ${count} bytes`);
  return { length: bytes.readUIntBE(at + 1, count), contentStart: at + 1 + count };
}
