/** What every command takes that works on one of several topics. */
export interface TopicOption {
  readonly topic?: string;
}

export const topicOption = ['--topic <name>', 'which of several topics'] as const;

export const topicOrAllOption = ['--topic <name>', 'one of several topics; all in turn when left out'] as const;
