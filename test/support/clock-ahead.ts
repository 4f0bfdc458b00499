/** Loaded before the program: the wall clock is an hour ahead, or as many as HOURS_AHEAD says. */
const real = Date.now;
const aheadMs = Number(process.env['HOURS_AHEAD'] ?? 1) * 3_600_000;
Date.now = () => real() + aheadMs;
