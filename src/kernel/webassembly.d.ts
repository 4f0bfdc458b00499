/** The part of WebAssembly that is used: Node's types leave it out, and those of the web bring everything else along. */
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }

  interface Memory {
    readonly buffer: ArrayBuffer;
  }

  interface Instance<Exports> {
    readonly exports: Exports;
  }

  const Module: new (bytes: Uint8Array) => Module;

  /** `Exports`: what the module's source says. */
  const Instance: new <Exports>(
    module: Module,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => Instance<Exports>;
}
