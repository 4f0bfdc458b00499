import { Stack } from 'aws-cdk-lib';
import { CfnCertificate, CfnCertificateAuthority, CfnCertificateAuthorityActivation } from 'aws-cdk-lib/aws-acmpca';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** ARN of the authority that signs the clients' certificates: the existing one, or a new root. */
export function certificateAuthority(
  scope: Construct,
  { certificateAuthorityArn, certificateAuthorityMode }: Settings,
): string {
  if (certificateAuthorityArn !== undefined) return certificateAuthorityArn;
  const { stackName, partition } = Stack.of(scope);
  const algorithms = { keyAlgorithm: 'EC_prime256v1', signingAlgorithm: 'SHA256WITHECDSA' };
  const authority = new CfnCertificateAuthority(scope, 'Authority', {
    type: 'ROOT',
    ...algorithms,
    usageMode: certificateAuthorityMode,
    subject: { commonName: `${stackName} Kafka clients` },
  });
  const certificate = new CfnCertificate(scope, 'AuthorityCertificate', {
    certificateAuthorityArn: authority.attrArn,
    certificateSigningRequest: authority.attrCertificateSigningRequest,
    signingAlgorithm: algorithms.signingAlgorithm,
    templateArn: `arn:${partition}:acm-pca:::template/RootCACertificate/V1`,
    validity: { type: 'YEARS', value: 10 },
  });
  const activation = new CfnCertificateAuthorityActivation(scope, 'AuthorityActivation', {
    certificateAuthorityArn: authority.attrArn,
    certificate: certificate.attrCertificate,
    status: 'ACTIVE',
  });
  // resources that use the authority wait until it can sign
  return activation.ref;
}
