/**
 * Hints to the garbage collector, which sees small objects where large buffers hang on them. They do nothing unless Node was started
 * with --expose-gc, as the installed command and the image do.
 */

/** Frees large buffers that were only needed for a moment: a millisecond or two. */
export function collectRecent(): void {
  globalThis.gc?.({ type: 'minor' });
}

/** For when there is nothing to do. */
export function collectAll(): void {
  globalThis.gc?.();
}
