import {
  ACMPCAClient,
  DescribeCertificateAuthorityCommand,
  GetCertificateCommand,
  IssueCertificateCommand,
  type CertificateAuthority,
} from '@aws-sdk/client-acm-pca';
import type { Clock } from '../../runtime/clock.ts';
import { msPerDay } from '../../runtime/duration.ts';
import { PipelineError, wrongUsage } from '../../runtime/errors.ts';
import { countRequests } from '../client/count-requests.ts';
import { clientOptions, type AwsOptions } from '../client/client-options.ts';
import { explainAwsError, isNamed } from '../client/explain-aws-error.ts';

export interface SigningOrder {
  readonly authorityArn: string;
  /** The certificate signing request, PEM. */
  readonly request: string;
  /** Left out: what is usual for the authority. */
  readonly days?: number | undefined;
  /** Name and version, like `EndEntityClientAuthCertificate/V1`. */
  readonly template: string;
}

export interface SignedCertificate {
  /** The certificate, PEM. */
  readonly certificate: string;
  /** The certificates of the authorities above it, PEM, nearest first; empty where it has none. */
  readonly chain: string;
}

const pollMs = 500;
const patienceMs = 60_000;
const usualDays = 90;
/** An authority for short-lived certificates signs for no longer. */
const shortLivedDays = 7;

/** Has AWS Private CA certify a client's key. Rejects with AUTHORITY_*, or USAGE_INVALID for days that it does not sign for. */
export async function signWithPrivateCa(
  order: SigningOrder,
  options: AwsOptions,
  clock: Clock,
): Promise<SignedCertificate> {
  const { authorityArn } = order;
  const region = authorityArn.split(':')[3];
  const client = countRequests(new ACMPCAClient(clientOptions({ ...options, region: options.region ?? region })));
  try {
    const certificateArn = await issue(client, order, clock);
    return await waitFor(client, { CertificateAuthorityArn: authorityArn, CertificateArn: certificateArn }, clock);
  } catch (error) {
    throw explainAwsError(error, `certificate authority ${authorityArn}`, 'AUTHORITY');
  } finally {
    client.destroy();
  }
}

async function issue(client: ACMPCAClient, order: SigningOrder, clock: Clock): Promise<string | undefined> {
  const { authorityArn, request, template } = order;
  const partition = authorityArn.split(':')[1];
  const { CertificateAuthority: authority = {} } = await client.send(
    new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: authorityArn }),
  );
  const isRsa = authority.CertificateAuthorityConfiguration?.KeyAlgorithm?.startsWith('RSA') ?? false;
  const command = new IssueCertificateCommand({
    CertificateAuthorityArn: authorityArn,
    Csr: Buffer.from(request),
    SigningAlgorithm: isRsa ? 'SHA256WITHRSA' : 'SHA256WITHECDSA',
    TemplateArn: `arn:${partition}:acm-pca:::template/${template}`,
    Validity: { Type: 'DAYS', Value: daysFor(order, authority, clock.nowMs()) },
  });
  const { CertificateArn } = await client.send(command).catch((error: unknown) => {
    throw explainRefusal(error, order);
  });
  return CertificateArn;
}

/** How long the certificate will be good for: not longer than the authority may sign for, nor than it is good itself. */
function daysFor(
  { authorityArn, days }: SigningOrder,
  { UsageMode: mode, NotAfter: end }: CertificateAuthority,
  nowMs: number,
): number {
  const isShortLived = mode === 'SHORT_LIVED_CERTIFICATE';
  if (days !== undefined && isShortLived && days > shortLivedDays)
    throw wrongUsage(
      `--days ${days}: the authority ${authorityArn} is for short-lived certificates and signs for ${shortLivedDays} days at most`,
      `leave --days out, and renew every few days`,
    );
  if (days !== undefined) return days;
  const left = end === undefined ? Infinity : Math.floor((end.getTime() - nowMs) / msPerDay);
  return Math.max(1, Math.min(isShortLived ? shortLivedDays : usualDays, left));
}

/** An authority of another account is shared with a permission that allows one template only. */
function explainRefusal(error: unknown, { authorityArn, template }: SigningOrder): unknown {
  const explained = explainAwsError(error, `certificate authority ${authorityArn}`, 'AUTHORITY');
  if (explained.code !== 'AUTHORITY_DENIED') return explained;
  return new PipelineError('AUTHORITY_DENIED', {
    message: `${explained.message} (template ${template})`,
    retryable: false,
    hint: 'the role needs acm-pca:IssueCertificate with this template; an authority shared by AWS RAM allows only --template EndEntityCertificate/V1 by default',
    cause: error,
  });
}

async function waitFor(
  client: ACMPCAClient,
  which: { readonly CertificateAuthorityArn: string; readonly CertificateArn: string | undefined },
  clock: Clock,
): Promise<SignedCertificate> {
  const deadlineMs = clock.monotonicMs() + patienceMs;
  for (;;) {
    try {
      const { Certificate = '', CertificateChain = '' } = await client.send(new GetCertificateCommand(which));
      return { certificate: Certificate, chain: CertificateChain };
    } catch (error) {
      if (!isNamed(error, 'RequestInProgressException') || clock.monotonicMs() > deadlineMs) throw error;
      await clock.sleep(pollMs);
    }
  }
}
