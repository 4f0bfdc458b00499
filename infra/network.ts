import { Fn, Validations } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  SubnetType,
  Vpc,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { createLogGroup } from './log-group.ts';
import { zoneCount, type Settings } from './settings.ts';

const callsToAws = {
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Secrets: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Glue: InterfaceVpcEndpointAwsService.GLUE,
};

export interface NetworkOptions {
  readonly settings: Settings;
  readonly key: IKey | undefined;
}

/** A VPC, or the existing one. Brokers and tasks have no public address; S3, which gets most bytes, is reached without the NAT gateway. */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly subnetIds: readonly string[];

  constructor(scope: Construct, id: string, { settings, key }: NetworkOptions) {
    super(scope, id);
    const { vpcId, subnetIds } = settings;
    if (vpcId === undefined) {
      this.vpc = this.#createVpc(settings, key);
      this.subnetIds = this.vpc.privateSubnets.map(({ subnetId }) => subnetId);
    } else {
      this.subnetIds = subnetIds ?? [];
      const availabilityZones = this.subnetIds.map((_, index) => Fn.select(index, Fn.getAzs()));
      this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
        vpcId,
        availabilityZones,
        privateSubnetIds: [...this.subnetIds],
      });
    }
  }

  #createVpc(settings: Settings, key: IKey | undefined): Vpc {
    const vpc = new Vpc(this, 'Vpc', {
      ...(settings.availabilityZones === undefined
        ? { maxAzs: zoneCount(settings) }
        : { availabilityZones: settings.availabilityZones }),
      natGateways: settings.natGateways,
      // changing it would need a custom resource of CDK, and an asset with it
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 26, mapPublicIpOnLaunch: false },
        { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
      ],
      gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
    });
    const log = createLogGroup(this, 'RejectedLog', key);
    vpc.addFlowLog('Rejected', {
      destination: FlowLogDestination.toCloudWatchLogs(log),
      trafficType: FlowLogTrafficType.REJECT,
    });
    if (settings.interfaceEndpoints) addEndpoints(vpc);
    return vpc;
  }
}

function addEndpoints(vpc: Vpc): void {
  for (const [name, service] of Object.entries(callsToAws)) {
    const endpoint = vpc.addInterfaceEndpoint(name, { service });
    Validations.of(endpoint).acknowledge({
      id: 'AwsSolutions-EC23',
      reason: 'open to the address range of this VPC only, which the rule can’t read',
    });
  }
}
