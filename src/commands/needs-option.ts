import type { Command } from 'commander';

/** Refuses an option that says nothing without another one, by the names that its values have in the program: nobody is to believe that it had an effect. */
export function needsOption(command: Command, option: string, other: string): Command {
  return command.hook('preAction', (acting) => {
    if (acting.getOptionValueSource(option) !== 'cli' || acting.getOptionValueSource(other) === 'cli') return;
    acting.error(`error: option '${flagsOf(acting, option)}' needs option '${flagsOf(acting, other)}'`);
  });
}

function flagsOf(command: Command, name: string): string {
  return command.options.find((option) => option.attributeName() === name)?.flags ?? name;
}
