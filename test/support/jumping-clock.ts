/** Loaded before the program: after 50 looks at the clock it shows one hour later. */
const real = Date.now;
const hourMs = 3_600_000;
let looks = 0;
Date.now = () => real() + (++looks > 50 ? hourMs : 0);
