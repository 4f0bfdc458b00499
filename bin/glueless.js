#!/usr/bin/env -S MALLOC_MMAP_THRESHOLD_=65536 node --expose-gc --max-semi-space-size=8 --initial-old-space-size=64
// Memory that is not needed goes back to the system: large buffers at once (glibc would keep them), garbage when there is nothing to do.
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('../dist/cli.js');
