import { App, DefaultStackSynthesizer, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { PlatformStack } from './platform-stack.ts';
import { ServiceStack } from './service-stack.ts';
import { readSettings } from './settings.ts';

export interface AppOptions {
  readonly context?: Record<string, unknown>;
  readonly outdir?: string;
}

/**
 * Two stacks that are bound to no region or account. The platform is deployed first, then image and certificate are uploaded,
 * then the service is deployed: docs/deploy.md.
 */
export function createApp({ context = {}, outdir }: AppOptions = {}): App {
  const app = new App({ context, analyticsReporting: false, ...(outdir !== undefined && { outdir }) });
  const settings = readSettings(app.node);
  // without assets no bootstrap is needed, and the templates can be deployed without CDK
  const synthesizer = (): DefaultStackSynthesizer =>
    new DefaultStackSynthesizer({ generateBootstrapVersionRule: false });
  const platform = new PlatformStack(app, 'GluelessPlatform', { settings, synthesizer: synthesizer() });
  new ServiceStack(app, 'GluelessService', { settings, platform, synthesizer: synthesizer() });
  Tags.of(app).add('application', 'glueless');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

if (import.meta.main) createApp().synth();
