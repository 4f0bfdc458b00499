/** Variables by name, as a process is given them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables this process was given: the one place that reads them. Everything else takes them as a parameter. */
export function processEnvironment(): Environment {
  return process.env;
}
