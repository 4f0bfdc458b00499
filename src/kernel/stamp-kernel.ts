import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fingerprintFile, fingerprintOfSources } from './kernel-sources.ts';

// run by the build, behind the compiler: notes beside the kernel what it was built of
writeFileSync(fingerprintFile(createRequire(import.meta.url).resolve('#kernel')), fingerprintOfSources() ?? '');
