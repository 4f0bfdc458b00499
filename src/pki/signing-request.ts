import { algorithm, newKeys, privateKeyPem, x509 } from './keys.ts';

/** A new key and the request to have it certified; both PEM. */
export interface SigningRequest {
  readonly request: string;
  /** PKCS#8. */
  readonly key: string;
}

/** `commonName`: letters, digits, dots, dashes and underscores; it becomes the principal that ACLs name. */
export async function createSigningRequest(commonName: string): Promise<SigningRequest> {
  if (!/^[\w.-]{1,64}$/.test(commonName)) throw new RangeError(`no common name: ${commonName}`);
  const keys = await newKeys();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: algorithm,
  });
  return { request: request.toString('pem'), key: await privateKeyPem(keys) };
}
