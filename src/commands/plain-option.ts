/** What commands that show their progress take beside their own options. */
export interface LiveOptions {
  readonly plain: boolean;
}

export const plainOption = ['--plain', 'write plain lines, also on a terminal', false] as const;
