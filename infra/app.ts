import { App, LegacyStackSynthesizer, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { MonitorStack } from './monitor-stack.ts';
import { PlatformStack } from './platform-stack.ts';
import { ServiceStack } from './service-stack.ts';
import { readSettings } from './settings.ts';

export interface AppOptions {
  readonly context?: Record<string, unknown>;
  readonly outdir?: string;
}

/**
 * Two stacks, or three with the monitor, that are bound to no region or account. The platform is deployed first, then image and certificate are uploaded,
 * then the service is deployed: docs/deploy.md.
 */
export function createApp({ context = {}, outdir }: AppOptions = {}): App {
  const app = new App({
    context,
    analyticsReporting: false,
    // a path for each resource, which the CLI asks for, would make a template too large to be sent without a bucket
    postCliContext: { 'aws:cdk:enable-path-metadata': false },
    ...(outdir !== undefined && { outdir }),
  });
  const settings = readSettings(app.node);
  // CloudFormation hands a stack's tags on to its resources. This synthesizer deploys by the caller's credentials, not by roles
  // that `cdk bootstrap` has made; without assets no bucket is needed either
  const props = () => ({ settings, tags: { application: 'glueless' }, synthesizer: new LegacyStackSynthesizer() });
  new PlatformStack(app, settings.platformName, props());
  new ServiceStack(app, settings.serviceName, props());
  if (settings.monitor) new MonitorStack(app, `${settings.serviceName}Monitor`, props());
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

if (import.meta.main) createApp().synth();
