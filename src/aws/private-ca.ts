import {
  ACMPCAClient,
  DescribeCertificateAuthorityCommand,
  GetCertificateCommand,
  IssueCertificateCommand,
} from '@aws-sdk/client-acm-pca';
import type { Clock } from '../runtime/clock.ts';
import { clientOptions, type AwsOptions } from './client-options.ts';
import { explainAwsError, isNamed } from './explain-aws-error.ts';

export interface SigningOrder {
  readonly authorityArn: string;
  /** The certificate signing request, PEM. */
  readonly request: string;
  readonly days: number;
}

const pollMs = 500;
const patienceMs = 60_000;

/** Has AWS Private CA certify a client's key. Resolves with the certificate and its chain, without the root. */
export async function signWithPrivateCa(order: SigningOrder, options: AwsOptions, clock: Clock): Promise<string> {
  const { authorityArn, request, days } = order;
  const [, partition, , region] = authorityArn.split(':');
  const client = new ACMPCAClient(clientOptions({ ...options, region: options.region ?? region }));
  try {
    const { CertificateAuthority } = await client.send(
      new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: authorityArn }),
    );
    const isRsa = CertificateAuthority?.CertificateAuthorityConfiguration?.KeyAlgorithm?.startsWith('RSA') ?? false;
    const { CertificateArn } = await client.send(
      new IssueCertificateCommand({
        CertificateAuthorityArn: authorityArn,
        Csr: Buffer.from(request),
        SigningAlgorithm: isRsa ? 'SHA256WITHRSA' : 'SHA256WITHECDSA',
        TemplateArn: `arn:${partition}:acm-pca:::template/EndEntityClientAuthCertificate/V1`,
        Validity: { Type: 'DAYS', Value: days },
      }),
    );
    const deadlineMs = clock.monotonicMs() + patienceMs;
    for (;;) {
      try {
        const { Certificate = '' } = await client.send(
          new GetCertificateCommand({ CertificateAuthorityArn: authorityArn, CertificateArn }),
        );
        return Certificate;
      } catch (error) {
        if (!isNamed(error, 'RequestInProgressException') || clock.monotonicMs() > deadlineMs) throw error;
        await clock.sleep(pollMs);
      }
    }
  } catch (error) {
    throw explainAwsError(error, `certificate authority ${authorityArn}`, 'AUTHORITY');
  } finally {
    client.destroy();
  }
}
