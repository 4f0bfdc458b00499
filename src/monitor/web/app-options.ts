import type { Context } from 'hono';
import type { Acknowledgement, Alert } from '../../alerts/alert.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { MonitorData } from '../data/monitor-data.ts';
import type { Band } from '../data/ward.ts';
import type { MonitorOptions } from '../monitor-options.ts';
import type { Page } from '../pages/layout.ts';
import type { PipelineData } from '../pipeline/pipeline-data.ts';
import type { View } from '../view.ts';

/** Alerts as the lake keeps them. */
export interface Alerts {
  /** Those that may still change, and resolved ones of some weeks. */
  list(): Promise<readonly Alert[]>;
  acknowledge(acknowledgement: Acknowledgement): Promise<Alert>;
}

/** What the pages are made of. */
export interface MonitorAppOptions {
  readonly settings: MonitorOptions;
  readonly table: string;
  readonly band: Band;
  readonly data: MonitorData;
  readonly alerts: Alerts;
  readonly pipeline: PipelineData;
  readonly clock: Clock;
  /** Told of what went wrong while a page was made. */
  readonly onFailure: (error: unknown) => void;
}

/** Answers with a whole page. */
export type SendPage = (
  context: Context,
  page: (view: View) => Page,
  status?: 200 | 403 | 404 | 429 | 503,
) => Response | Promise<Response>;
