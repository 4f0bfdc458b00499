import { systemClock } from '../../runtime/clock.ts';
import { hasCode, type PipelineError, wrongUsage } from '../../runtime/errors.ts';
import { settingsForTopic, type Settings } from '../config/settings.ts';
import { isAmong } from '../config/topic-choice.ts';
import { printLines } from '../observe/output.ts';

/**
 * The settings of the topic that a command works on: the only one that is configured, or the one that was named. Throws USAGE_INVALID for
 * several without a name, and for a name that is not among them.
 */
export function forTopic(settings: Settings, topic: string | undefined): Settings {
  const { topics } = settings.kafka;
  if (topic === undefined && topics.kind === 'one') return settings;
  if (topic === undefined)
    throw wrongUsage('several topics are configured, and the command works on one', 'say which: --topic <name>');
  if (!isAmong(topics, topic))
    throw wrongUsage(
      `the topic ${topic} is not among those that are configured`,
      'check KAFKA_TOPIC, KAFKA_TOPICS and KAFKA_TOPIC_PATTERN',
    );
  return settingsForTopic(settings, topic);
}

export interface InTurnOptions {
  /** The topic that was named; left out: all of them. */
  readonly topic: string | undefined;
  /** Prints a heading for each topic, where there are several. */
  readonly hasHeadings: boolean;
}

/**
 * Does the work for the topic that was named, or for all of them one after the other. Answers with the first exit code that is not 0. A topic whose table
 * is another's does not keep the others from it: TABLE_MISMATCH is thrown after them.
 */
export async function inTurn(
  settings: Settings,
  { topic, hasHeadings }: InTurnOptions,
  work: (settings: Settings) => Promise<number>,
): Promise<number> {
  const { topics } = settings.kafka;
  if (topic !== undefined || topics.kind === 'one') return work(forTopic(settings, topic));
  const names = await namesOf(settings);
  if (names.length === 0)
    throw wrongUsage(
      `no topic matches ${settings.kafka.topic}`,
      'check KAFKA_TOPIC_PATTERN, and the right to describe topics',
    );
  const codes: number[] = [];
  const empty: PipelineError[] = [];
  const refused: PipelineError[] = [];
  for (const name of names) {
    if (hasHeadings) printLines(...(codes.length + empty.length + refused.length > 0 ? [''] : []), `topic ${name}`);
    try {
      codes.push(await work(settingsForTopic(settings, name)));
    } catch (error) {
      // a topic without a record is no mistake beside others
      if (hasCode(error, 'LEDGER_EMPTY')) empty.push(error);
      else if (hasCode(error, 'TABLE_MISMATCH')) refused.push(error);
      else throw error;
      if (hasHeadings) printLines(error.message);
    }
  }
  if (refused.length > 0) throw refused[0];
  if (codes.length === 0) throw empty[0];
  return codes.find((code) => code !== 0) ?? 0;
}

/** Gives the topics that are configured; for a pattern, those that the brokers have. */
async function namesOf({ kafka }: Settings): Promise<readonly string[]> {
  if (kafka.topics.kind === 'list') return kafka.topics.topics;
  if (kafka.brokers.length === 0)
    throw wrongUsage('only the brokers know which topics match', 'set KAFKA_BROKERS, or say --topic <name>');
  // Kafka's client is loaded only by those who use it
  const { connectKafka } = await import('./connect-kafka.ts');
  const { openReaders } = await import('./open-source.ts');
  await using readers = openReaders(await connectKafka(kafka, { patience: 'one-off', nowMs: systemClock.nowMs() }));
  return await readers.list(kafka.topics);
}
