/** Loaded before the program: the wall clock is set by CLOCK_JUMP_HOURS after 50 looks at it. The monotonic clock is left alone. */
const real = Date.now;
const jumpMs = Number(process.env['CLOCK_JUMP_HOURS']) * 3_600_000;
let looks = 0;
Date.now = () => real() + (++looks > 50 ? jumpMs : 0);
