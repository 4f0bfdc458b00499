import { algorithm, newKeys, privateKeyPem, x509 } from './keys.ts';

/** A new key and its certificate signing request, both PEM. */
export interface SigningRequest {
  readonly request: string;
  /** The private key, PKCS#8. */
  readonly key: string;
}

/** Creates a key and its request. `commonName` may hold letters, digits, dots, dashes and underscores; ACLs name it as the principal. */
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
