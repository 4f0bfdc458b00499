/** Observes steps of a commit, and throws `crash` right after each one of that name. */
export function crashAfter(step: string): { readonly step: (name: string, phase: string) => void } {
  return {
    step: (name, phase) => {
      if (name === step && phase === 'after') throw new Error('crash');
    },
  };
}
