import fc from 'fast-check';

/** Properties try the same inputs in every run of `npm test`, so that a red one is about the change; `npm run fuzz` tries new ones each time. */
fc.configureGlobal({ seed: 1 });
