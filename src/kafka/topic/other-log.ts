import { PipelineError } from '../../runtime/errors.ts';

/** The topic's name belongs to another topic than the one that was read so far. */
export function topicRecreated(topic: string, before: string, now: string | undefined): PipelineError {
  return new PipelineError('TOPIC_RECREATED', {
    message: `topic ${topic} is not the one that was read so far: it was deleted and made again (its id was ${before}, now it is ${now ?? 'unknown'})`,
    retryable: false,
    details: { topic, topicId: before, foundTopicId: now },
  });
}

/** The same topic, but its log ends below what was read: brokers have lost records that they had handed out. */
export function logTruncated(
  topic: string,
  partition: number,
  { position, logEnd }: { readonly position: bigint; readonly logEnd: bigint },
): PipelineError {
  return new PipelineError('LOG_TRUNCATED', {
    message: `${topic}/${partition}: the log was cut at offset ${logEnd}, and was read up to ${position} before: its brokers have lost [${logEnd}, ${position}), and give these offsets to other records`,
    retryable: false,
    details: { topic, partition, position: position.toString(), logEnd: logEnd.toString() },
    hint: 'an unclean leader election or a lost disk does this; the lake holds what the brokers lost. Read on from the start of the new log into a table of its own (LAKE_TABLE), and set unclean.leader.election.enable=false, min.insync.replicas=2',
  });
}
