import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { messageOf, PipelineError } from '../../runtime/errors.ts';
import { quote } from '../../runtime/redact.ts';
import { childAt, octetsOf, oidOf, readBer, type BerNode } from './ber.ts';
import { checkedIterations, decrypt, UnknownEncryption } from './decrypt.ts';

export interface Keystore {
  /** The client's certificate and those between it and its authority, PEM. None of them is trusted for being here. */
  readonly cert: string;
  /** PEM, not encrypted. */
  readonly key: string;
}

const jksMagic = 0xfeedfeed;
const wrongPassword = /mac verify (failure|error)/i;

/** Source: RFC 7292, PKCS#12. */
const oids = {
  data: '2a864886f70d010701',
  encryptedData: '2a864886f70d010706',
  keyBag: '2a864886f70d010c0a0101',
  encryptedKeyBag: '2a864886f70d010c0a0102',
  certificateBag: '2a864886f70d010c0a0103',
  friendlyName: '2a864886f70d010914',
} as const;

/** How to open a keystore. `file` is for messages. */
export interface KeystoreAccess {
  readonly file: string;
  readonly password: string;
  /** The private key's own password; the keystore's when left out. */
  readonly keyPassword?: string;
}

interface KeyEntry {
  readonly alias: string;
  readonly key: KeyObject;
}

/**
 * Takes key and certificates out of a PKCS#12 keystore. Given whole, Node would also trust every authority in it. Throws
 * KEYSTORE_UNSUPPORTED, KEYSTORE_PASSWORD or CERT_UNREADABLE; `file` is for messages.
 */
export function openKeystore(bytes: Buffer, { file, password, keyPassword = password }: KeystoreAccess): Keystore {
  const name = quote(file);
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === jksMagic) {
    const convert = `keytool -importkeystore -srckeystore ${file} -destkeystore client.p12 -deststoretype PKCS12`;
    throw unsupported(`${name} is a Java keystore (JKS), expected PKCS#12`, `convert it: ${convert}`);
  }
  try {
    checkRounds(bytes);
    checkPassword(bytes, password);
    return readKeystore(bytes, { name, password, keyPassword });
  } catch (error) {
    throw explain(error, { name, file });
  }
}

/** A keystore's own checksum is made by key derivation too. */
function checkRounds(bytes: Buffer): void {
  const mac = readBer(bytes).children[2];
  const iterations = mac?.children[2];
  if (iterations !== undefined) checkedIterations(iterations);
}

/** Tells a wrong password from damage, before anything is decrypted with it; what else OpenSSL misses is named later. */
function checkPassword(bytes: Buffer, password: string): void {
  try {
    createSecureContext({ pfx: bytes, passphrase: password });
  } catch (error) {
    if (wrongPassword.test(messageOf(error))) throw error;
  }
}

function readKeystore(
  bytes: Buffer,
  { name, password, keyPassword }: { readonly name: string; readonly password: string; readonly keyPassword: string },
): Keystore {
  const bags = contentsOf(bytes).flatMap((content) => bagsOf(content, password));
  const keys = bags.flatMap((bag) => keyOf(bag, { name, keyPassword }));
  const certificates = bags.flatMap(certificateOf);
  const [entry] = keys;
  if (entry === undefined)
    throw unreadable(
      `${name} holds no private key: it is a store of authorities`,
      'KAFKA_TLS_CA_FILE takes authorities, as PEM',
    );
  if (keys.length > 1) {
    const aliases = keys.map(({ alias }) => quote(alias)).join(', ');
    throw unsupported(
      `${name} holds ${keys.length} private keys (${aliases}): which one is meant?`,
      'export the one: keytool -importkeystore -srcalias NAME -srckeystore … -destkeystore client.p12 -deststoretype PKCS12',
    );
  }
  const leaf = certificates.find((certificate) => certificate.checkPrivateKey(entry.key));
  if (leaf === undefined)
    throw unreadable(
      `${name} holds no certificate of its private key`,
      'put the certificate of the same request into it',
    );
  return {
    cert: chainFrom(leaf, certificates).join(''),
    key: entry.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** The parts of the keystore, each with its bags, encrypted or not. */
function contentsOf(bytes: Buffer): readonly BerNode[] {
  const safe = childAt(readBer(bytes), 1, 1, 0);
  return readBer(octetsOf(safe)).children;
}

function bagsOf(content: BerNode, password: string): readonly BerNode[] {
  switch (oidOf(childAt(content, 0))) {
    case oids.data:
      return readBer(octetsOf(childAt(content, 1, 0))).children;
    case oids.encryptedData: {
      const [, algorithm, encrypted] = childAt(content, 1, 0, 1).children;
      if (algorithm === undefined || encrypted === undefined) return [];
      return readBer(decrypt(algorithm, octetsOf(encrypted), password)).children;
    }
    default:
      return [];
  }
}

function keyOf(
  bag: BerNode,
  { name, keyPassword }: { readonly name: string; readonly keyPassword: string },
): KeyEntry[] {
  const value = childAt(bag, 1);
  switch (oidOf(childAt(bag, 0))) {
    case oids.keyBag:
      return [{ alias: aliasOf(bag), key: createPrivateKey({ key: value.content, format: 'der', type: 'pkcs8' }) }];
    case oids.encryptedKeyBag: {
      const [algorithm, encrypted] = childAt(value, 0).children;
      if (algorithm === undefined || encrypted === undefined) return [];
      return [{ alias: aliasOf(bag), key: decryptKey({ algorithm, encrypted }, name, keyPassword) }];
    }
    default:
      return [];
  }
}

/** The keystore's own password is known to be right by now: the key may have another one. */
function decryptKey(
  { algorithm, encrypted }: { readonly algorithm: BerNode; readonly encrypted: BerNode },
  name: string,
  password: string,
): KeyObject {
  try {
    const key = decrypt(algorithm, octetsOf(encrypted), password);
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } catch (error) {
    if (error instanceof UnknownEncryption) throw error;
    throw new PipelineError('KEYSTORE_PASSWORD', {
      message: `the password does not open the private key in the keystore ${name}`,
      retryable: false,
      hint: 'set KAFKA_TLS_KEYSTORE_KEY_PASSWORD (in a secret: "keyPassword") if the key has a password of its own',
    });
  }
}

function certificateOf(bag: BerNode): X509Certificate[] {
  if (oidOf(childAt(bag, 0)) !== oids.certificateBag) return [];
  return [new X509Certificate(octetsOf(childAt(bag, 1, 0, 1, 0)))];
}

function aliasOf(bag: BerNode): string {
  const attributes = bag.children[2]?.children ?? [];
  const name = attributes.find((attribute) => oidOf(childAt(attribute, 0)) === oids.friendlyName);
  return name === undefined
    ? ''
    : Buffer.from(childAt(name, 1, 0).content)
        .swap16()
        .toString('utf16le');
}

/** The client's certificate and those above it, without the authority at the end: the broker has that. */
function chainFrom(leaf: X509Certificate, certificates: readonly X509Certificate[]): string[] {
  const chain = [leaf];
  for (let last = leaf; ;) {
    const issuer = certificates.find((each) => !chain.includes(each) && last.checkIssued(each));
    if (issuer === undefined || issuer.subject === issuer.issuer) return chain.map(String);
    chain.push(issuer);
    last = issuer;
  }
}

function explain(error: unknown, { name, file }: { readonly name: string; readonly file: string }): PipelineError {
  if (error instanceof PipelineError) return error;
  const message = messageOf(error);
  if (wrongPassword.test(message)) {
    return new PipelineError('KEYSTORE_PASSWORD', {
      message: `the password does not open the keystore ${name}`,
      retryable: false,
      hint: 'check KAFKA_TLS_KEYSTORE_PASSWORD (in a secret: "password")',
    });
  }
  if (error instanceof UnknownEncryption) {
    return unsupported(
      `${name} is encrypted by ${message}`,
      `make it anew: openssl pkcs12 -legacy -in ${file} -nodes | openssl pkcs12 -export -out client.p12`,
    );
  }
  return unreadable(`${name} is no PKCS#12 keystore: ${message}`, 'check KAFKA_TLS_KEYSTORE_FILE');
}

function unsupported(message: string, hint: string): PipelineError {
  return new PipelineError('KEYSTORE_UNSUPPORTED', { message, hint, retryable: false });
}

function unreadable(message: string, hint: string): PipelineError {
  return new PipelineError('CERT_UNREADABLE', { message, hint, retryable: false });
}
