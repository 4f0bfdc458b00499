// Preloaded into Node inside of a container, where no parent of ours can wait for it: leaves the kernel's account of the process
// at its end in the file that BENCH_USAGE_FILE names.
const { writeFileSync } = require('node:fs');

process.on('exit', (code) => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = {
    code,
    wallSeconds: process.uptime(),
    userSeconds: userCPUTime / 1e6,
    systemSeconds: systemCPUTime / 1e6,
    peakRssBytes: maxRSS * 1024,
  };
  writeFileSync(process.env.BENCH_USAGE_FILE, JSON.stringify(usage));
});
