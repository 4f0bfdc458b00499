import type { TableFormat } from '../../../consumer/ports/lake.ts';
import type { EventTimeUnit, Layout } from '../../../schema/partitions/layout.ts';
import type { Config } from '../config.ts';
import { topicPlaceholder } from '../variables/lake-variables.ts';
import { chooseTopics, isTableShared, tableFor } from '../topic-choice.ts';

/** Which table is written, and into which of its Hive partitions a record goes. */
export interface TableSettings {
  /** Where there are several topics, with `{topic}` for their names or one for all. */
  readonly name: string;
  readonly format: TableFormat;
  /** How often snapshots of an Iceberg table are committed. */
  readonly commitEveryMs: number;
  /** Several topics go into it. */
  readonly isShared: boolean;
  /** Tells the topics of the configuration that go into this table; left out where only one topic is configured. */
  readonly isSharer?: (topic: string) => boolean;
  /** Layout of a new table; a table that exists keeps its own. */
  readonly layout: Layout;
  /** A new table computes its partitions instead of registering them. */
  readonly hasProjection: boolean;
  readonly eventTimeField: string;
  readonly eventTimeUnit: EventTimeUnit;
  readonly pastDaysMax: number;
  readonly futureDaysMax: number;
}

export function tableSettings(config: Config): TableSettings {
  const topics = chooseTopics(config);
  return {
    name: topics.kind === 'one' ? tableFor(topics.topic, config.LAKE_TABLE) : (config.LAKE_TABLE ?? topicPlaceholder),
    isShared: isTableShared(topics, config),
    format: config.TABLE_FORMAT,
    commitEveryMs: config.COMMIT_SECONDS * 1000,
    layout: config.PARTITION_BY,
    hasProjection: config.PARTITION_PROJECTION,
    eventTimeField: config.EVENT_TIME_FIELD,
    eventTimeUnit: config.EVENT_TIME_UNIT,
    pastDaysMax: config.EVENT_TIME_PAST_DAYS_MAX,
    futureDaysMax: config.EVENT_TIME_FUTURE_DAYS_MAX,
  };
}
