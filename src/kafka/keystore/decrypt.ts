import { createDecipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { decryptRc2 } from './rc2.ts';
import { childAt, integerOf, octetsOf, oidOf, type BerNode } from './ber.ts';

/** Nobody waits for more than some seconds of key derivation. */
const iterationsMax = 5_000_000;

const oids = {
  pbes2: '2a864886f70d01050d',
  tripleDes: '2a864886f70d010c0103',
  rc2With128Bits: '2a864886f70d010c0105',
  rc2With40Bits: '2a864886f70d010c0106',
} as const;

/** The ciphers that are known, by their object identifiers. */
const ciphers: ReadonlyMap<string, { readonly name: string; readonly keyBytes: number }> = new Map([
  ['608648016503040102', { name: 'aes-128-cbc', keyBytes: 16 }],
  ['608648016503040116', { name: 'aes-192-cbc', keyBytes: 24 }],
  ['60864801650304012a', { name: 'aes-256-cbc', keyBytes: 32 }],
  ['2a864886f70d0307', { name: 'des-ede3-cbc', keyBytes: 24 }],
]);

const digests: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d0207', 'sha1'],
  ['2a864886f70d0208', 'sha224'],
  ['2a864886f70d0209', 'sha256'],
  ['2a864886f70d020a', 'sha384'],
  ['2a864886f70d020b', 'sha512'],
]);

/** How something is encrypted, in words, when it can't be decrypted here. */
export class UnknownEncryption extends Error {}

/** Decrypts what a keystore encrypts with its password. `algorithm`: an AlgorithmIdentifier. Throws `UnknownEncryption`. */
export function decrypt(algorithm: BerNode, encrypted: Buffer, password: string): Buffer {
  switch (oidOf(childAt(algorithm, 0))) {
    case oids.pbes2:
      return decryptPbes2(childAt(algorithm, 1), encrypted, password);
    case oids.tripleDes:
      return decipher('des-ede3-cbc', deriveKey(childAt(algorithm, 1), password, 24), encrypted);
    case oids.rc2With40Bits:
      return decryptRc2(deriveKey(childAt(algorithm, 1), password, 5), encrypted);
    case oids.rc2With128Bits:
      return decryptRc2(deriveKey(childAt(algorithm, 1), password, 16), encrypted);
    default:
      throw new UnknownEncryption('a method that is not known here');
  }
}

/** Source: RFC 8018, PBES2 with PBKDF2. */
function decryptPbes2(parameters: BerNode, encrypted: Buffer, password: string): Buffer {
  const [salt, iterations, ...more] = childAt(parameters, 0, 1).children;
  const scheme = childAt(parameters, 1);
  const cipher = ciphers.get(oidOf(childAt(scheme, 0)));
  const prf = more.find(({ children }) => children.length > 0);
  const digest = prf === undefined ? 'sha1' : digests.get(oidOf(childAt(prf, 0)));
  if (salt === undefined || iterations === undefined || cipher === undefined || digest === undefined)
    throw new UnknownEncryption('a method that is not known here');
  const key = pbkdf2Sync(password, octetsOf(salt), checkedIterations(iterations), cipher.keyBytes, digest);
  return decipher(cipher.name, { key, iv: octetsOf(childAt(scheme, 1)) }, encrypted);
}

/** Key and initialization vector of the older ciphers, by PKCS#12's own derivation. */
function deriveKey(
  parameters: BerNode,
  password: string,
  keyBytes: number,
): { readonly key: Buffer; readonly iv: Buffer } {
  const salt = octetsOf(childAt(parameters, 0));
  const iterations = checkedIterations(childAt(parameters, 1));
  return {
    key: derive({ password, salt, iterations, purpose: 1, length: keyBytes }),
    iv: derive({ password, salt, iterations, purpose: 2, length: 8 }),
  };
}

/** Throws for a number of iterations that would take minutes. */
export function checkedIterations(node: BerNode): number {
  const iterations = integerOf(node);
  if (iterations < 1 || iterations > iterationsMax)
    throw new UnknownEncryption(`${iterations} rounds of key derivation`);
  return iterations;
}

function decipher(name: string, { key, iv }: { readonly key: Buffer; readonly iv: Buffer }, encrypted: Buffer): Buffer {
  const cipher = createDecipheriv(name, key, iv);
  return Buffer.concat([cipher.update(encrypted), cipher.final()]);
}

interface Derivation {
  readonly password: string;
  readonly salt: Buffer;
  readonly iterations: number;
  /** 1 for a key, 2 for an initialization vector. */
  readonly purpose: 1 | 2;
  readonly length: number;
}

const sha1Bytes = 20;
const sha1BlockBytes = 64;

/** Key derivation of PKCS#12 with SHA-1. Source: RFC 7292, appendix B.2. */
function derive({ password, salt, iterations, purpose, length }: Derivation): Buffer {
  const diversifier = Buffer.alloc(sha1BlockBytes, purpose);
  // UTF-16, big-endian, with two zeros behind it
  const passwordBytes = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const input = Buffer.concat([repeatToBlocks(salt), repeatToBlocks(passwordBytes)]);
  const derived: Buffer[] = [];
  for (let bytes = 0; bytes < length; bytes += sha1Bytes) {
    let digest = sha1(diversifier, input);
    for (let round = 1; round < iterations; round++) digest = sha1(digest);
    derived.push(digest);
    addToEachBlock(input, repeatToBlocks(digest).subarray(0, sha1BlockBytes));
  }
  return Buffer.concat(derived).subarray(0, length);
}

function sha1(...pieces: readonly Buffer[]): Buffer {
  const hash = createHash('sha1');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

function repeatToBlocks(bytes: Buffer): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / sha1BlockBytes) * sha1BlockBytes, bytes);
}

/** Adds `addend` and one to each block, as large numbers that overflow. */
function addToEachBlock(blocks: Buffer, addend: Buffer): void {
  for (let start = 0; start < blocks.length; start += sha1BlockBytes) {
    let carry = 1;
    for (let index = sha1BlockBytes - 1; index >= 0; index--) {
      const sum = (blocks[start + index] ?? 0) + (addend[index] ?? 0) + carry;
      blocks[start + index] = sum & 0xff;
      carry = sum >> 8;
    }
  }
}
