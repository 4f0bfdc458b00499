import { createHash } from 'node:crypto';
import { columnName } from '../../schema/names/column-name.ts';
import { topicPlaceholder } from './variables/lake-variables.ts';

/** Which topics are read: one, several, or all whose whole name matches. */
export type TopicChoice =
  | { readonly kind: 'one'; readonly topic: string }
  | { readonly kind: 'list'; readonly topics: readonly string[] }
  | { readonly kind: 'pattern'; readonly pattern: RegExp; readonly text: string };

/** The variables that say which topics are read. */
export interface TopicVariables {
  readonly KAFKA_TOPIC: string;
  readonly KAFKA_TOPICS?: readonly string[] | undefined;
  readonly KAFKA_TOPIC_PATTERN?: RegExp | undefined;
  readonly LAKE_TABLE?: string | undefined;
  readonly KAFKA_COLUMNS: { readonly hasCoordinates: boolean; readonly parts: readonly string[] };
  readonly HOURS_EVERY_SECONDS?: number | undefined;
}

export function chooseTopics(
  variables: Omit<TopicVariables, 'LAKE_TABLE' | 'KAFKA_COLUMNS' | 'HOURS_EVERY_SECONDS'>,
): TopicChoice {
  const { KAFKA_TOPIC, KAFKA_TOPICS, KAFKA_TOPIC_PATTERN: pattern } = variables;
  const [first = KAFKA_TOPIC, ...others] = KAFKA_TOPICS ?? [];
  if (others.length > 0) return { kind: 'list', topics: [first, ...others] };
  if (pattern === undefined) return { kind: 'one', topic: first };
  return { kind: 'pattern', pattern, text: pattern.source.slice('^(?:'.length, -')$'.length) };
}

/** True for a topic that is read. */
export function isAmong(topics: TopicChoice, topic: string): boolean {
  switch (topics.kind) {
    case 'one':
      return topics.topic === topic;
    case 'list':
      return topics.topics.includes(topic);
    case 'pattern':
      return topics.pattern.test(topic);
  }
}

/** The topics in words, for logs and metrics. */
export function nameTopics(choice: TopicChoice): string {
  switch (choice.kind) {
    case 'one':
      return choice.topic;
    case 'list':
      return choice.topics.join(',');
    case 'pattern':
      return choice.text;
  }
}

/** How the names of all topics begin that the pattern matches; empty when it can't be told. */
export function literalPrefix(pattern: string): string {
  // alternatives may begin in different ways
  if (pattern.includes('|')) return '';
  const units = /^(?:[\w-]|\\\.)*/.exec(pattern)?.[0].match(/\\\.|[\w-]/g) ?? [];
  const rest = pattern.slice(units.join('').length);
  // the last one may be left out
  if (/^[?*{]/.test(rest)) units.pop();
  return units.join('').replaceAll('\\.', '.');
}

/** The group that is joined when none is given: one for each choice of topics. */
export function defaultGroup(choice: TopicChoice): string {
  if (choice.kind === 'one') return 'glueless';
  return `glueless-${createHash('sha256').update(nameTopics(choice)).digest('hex').slice(0, 10)}`;
}

/** True when topics go into one table, whose rows say which topic they are from. */
export function isTableShared(choice: TopicChoice, { LAKE_TABLE: table }: Pick<TopicVariables, 'LAKE_TABLE'>): boolean {
  return choice.kind !== 'one' && table !== undefined && !table.includes(topicPlaceholder);
}

/** The table of a topic: LAKE_TABLE, with the topic's name in it. */
export function tableFor(topic: string, template: string = topicPlaceholder): string {
  return template.includes(topicPlaceholder)
    ? tableName(template.replace(topicPlaceholder, columnName(topic)))
    : template;
}

/**
 * The name as far as Athena takes it. A table that begins with `_` would be hidden from every engine, one that ends in
 * `_dead_letters` could be the dead letters' table of another.
 */
function tableName(name: string): string {
  const visible = name.startsWith('_') ? `topic${name}` : name;
  return visible.endsWith('_dead_letters') ? `${visible}_topic` : visible;
}

/** What is wrong with the topics and their tables together: a sentence each. */
export function topicConflicts(config: TopicVariables): string[] {
  const choice = chooseTopics(config);
  const columns = config.KAFKA_COLUMNS;
  if (isTableShared(choice, config) && !columns.hasCoordinates)
    return [
      `KAFKA_COLUMNS: expected columns, since several topics share the table ${config.LAKE_TABLE} and a row must say where it is from; got false`,
    ];
  if (isTableShared(choice, config) && config.HOURS_EVERY_SECONDS !== undefined)
    return [
      `HOURS_EVERY_SECONDS: expected a table for each topic, since the hours of one topic say nothing about the others; got ${config.LAKE_TABLE} for all of them`,
    ];
  if (choice.kind !== 'list' || isTableShared(choice, config) || columns.parts.includes('topic')) return [];
  const byTable = Map.groupBy(choice.topics, (topic) => tableFor(topic, config.LAKE_TABLE));
  return [...byTable]
    .filter(([, topics]) => topics.length > 1)
    .map(
      ([table, topics]) =>
        `KAFKA_TOPICS: expected topics with tables of their own, got ${topics.join(' and ')}, which both are ${table}: give topic in KAFKA_COLUMNS to have them share it`,
    );
}
