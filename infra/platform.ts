import { CfnOutput, Fn, type Stack } from 'aws-cdk-lib';

/** What clients need that log in by certificate: who signs them, and the secrets that hold them. */
export interface Certificates {
  readonly certificateAuthorityArn: string;
  readonly consumerSecret: string;
  readonly producerSecret: string;
}

/** What the platform offers to the services on it. Each is an output of its stack, exported under a fixed name. */
export interface Platform {
  readonly vpcId: string;
  /** Ids of the private subnets, separated by commas. */
  readonly subnets: string;
  /** Security group of whatever connects to the brokers. */
  readonly clientSecurityGroup: string;
  /** Missing when clients log in otherwise. */
  readonly certificates?: Certificates;
  readonly repositoryName: string;
  readonly bucketName: string;
  readonly workgroup: string;
  /** Missing when each service encrypts by its own key. */
  readonly encryptionKeyArn?: string;
}

/** Exports everything: what one service does without may be needed by the next. */
export function exportPlatform(stack: Stack, platform: Platform): void {
  const { vpcId, subnets, clientSecurityGroup, certificates, ...others } = platform;
  const exported = { vpcId, subnets, clientSecurityGroup, ...certificates, ...others };
  for (const [name, value] of Object.entries(exported))
    new CfnOutput(stack, outputName(name), { value, exportName: `${stack.stackName}-${outputName(name)}` });
}

/** What the platform's stack has exported, for services that are deployed on their own. */
export function importPlatform(
  stackName: string,
  { hasKey, hasCertificates }: { readonly hasKey: boolean; readonly hasCertificates: boolean },
): Platform {
  const imported = (name: keyof Omit<Platform, 'certificates'> | keyof Certificates): string =>
    Fn.importValue(`${stackName}-${outputName(name)}`);
  return {
    vpcId: imported('vpcId'),
    subnets: imported('subnets'),
    clientSecurityGroup: imported('clientSecurityGroup'),
    ...(hasCertificates && {
      certificates: {
        certificateAuthorityArn: imported('certificateAuthorityArn'),
        consumerSecret: imported('consumerSecret'),
        producerSecret: imported('producerSecret'),
      },
    }),
    repositoryName: imported('repositoryName'),
    bucketName: imported('bucketName'),
    workgroup: imported('workgroup'),
    ...(hasKey && { encryptionKeyArn: imported('encryptionKeyArn') }),
  };
}

function outputName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
