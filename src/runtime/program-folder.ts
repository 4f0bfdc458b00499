import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The package's folder. A module's own place tells nothing: built modules are put together into few files. */
export const packageFolder = dirname(createRequire(import.meta.url).resolve('#package'));

/** Tells whether the program runs from its sources. */
const isSource = import.meta.url.endsWith('.ts');

/** The folder of the program's files: sources in a checkout, built files in a package. */
export const programFolder = join(packageFolder, isSource ? 'src' : 'dist');

/** The command line as this process was started. */
export const commandLineFile = join(programFolder, isSource ? 'cli.ts' : 'cli.js');
