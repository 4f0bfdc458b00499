/** What every command takes that works on one of several topics. */
export interface TopicOption {
  readonly topic?: string;
}

export const topicOption = ['--topic <name>', 'which of several topics'] as const;

export const topicOrAllOption = ['--topic <name>', 'one of several topics; all in turn when left out'] as const;

/** What commands that show their progress take beside their own options. */
export interface LiveOptions {
  readonly plain: boolean;
}

export const plainOption = ['--plain', 'write plain lines, also on a terminal', false] as const;
