/** Loaded before the program: the wall clock is an hour ahead. */
const real = Date.now;
const hourMs = 3_600_000;
Date.now = () => real() + hourMs;
