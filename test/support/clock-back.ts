/** Loaded before the program: from SIGUSR2 on, the wall clock shows an hour less. */
const real = Date.now;
const hourMs = 3_600_000;
let backMs = 0;
Date.now = () => real() - backMs;
process.on('SIGUSR2', () => {
  backMs = hourMs;
});
