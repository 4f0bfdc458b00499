/** The part of jsdom that tests use; its own types would bring the browser's globals into every file. */
declare module 'jsdom' {
  export class JSDOM {
    constructor(html: string, options?: { readonly runScripts?: 'outside-only'; readonly pretendToBeVisual?: boolean });
    readonly window: { eval(script: string): unknown; close(): void };
  }
}
