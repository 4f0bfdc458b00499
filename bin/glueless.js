#!/usr/bin/env -S MALLOC_MMAP_THRESHOLD_=2359296 MALLOC_TRIM_THRESHOLD_=4194304 MALLOC_ARENA_MAX=1 node --max-semi-space-size=8 --initial-old-space-size=64 --invocation-count-for-maglev=1500 --invocation-count-for-turbofan=100000
// Memory that is not needed goes back to the system: the largest buffers at once (glibc would keep them), garbage when there is nothing to do. Smaller buffers share one
// heap, which is warm. The old generation begins with 64 MB, so that the first full collection does not come too early. V8 optimizes what runs for longer than the first
// second, in which its compilers would take up to a quarter of the CPU.
const oldestMajor = 24;

if (Number.parseInt(process.versions.node, 10) < oldestMajor) {
  process.stderr.write(`glueless needs Node ${oldestMajor} or newer, and this is Node ${process.versions.node}\n`);
  process.exit(2);
}
// an older Node would not get further than a static import
const { enableCompileCache } = await import('node:module');
enableCompileCache();
await import('../dist/cli.js');
