/** Loaded before the program: sets the wall clock by CLOCK_JUMP_HOURS after 50 looks at it. The monotonic clock is not changed. */
const real = Date.now;
const jumpMs = Number(process.env['CLOCK_JUMP_HOURS']) * 3_600_000;
let looks = 0;
Date.now = () => real() + (++looks > 50 ? jumpMs : 0);
