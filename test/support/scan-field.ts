import { expect } from 'vitest';
import { KernelFieldEntries, KernelFields } from '../../src/kernel/kernel-fields.ts';
import type { KernelType } from '../../src/kernel/kernel-type.ts';
import { createKernel, type Kernel } from '../../src/kernel/kernel.ts';
import { kindTypedFirst } from '../../src/kernel/kinds.ts';

/** Scans records of one field, whose values are JSON; answers with the field's entries. `types`: those that it has, of the first kinds on. */
export function scanField(
  values: readonly string[],
  kernel: Kernel = createKernel(),
  types: readonly KernelType[] = [],
): { readonly kernel: Kernel; readonly entries: KernelFieldEntries } {
  const fields = new KernelFields(kernel);
  const entries = new KernelFieldEntries(kernel, fields.add(Buffer.from('a')));
  for (const [index, type] of types.entries()) entries.addType(type, kindTypedFirst + index);
  const records = values.map((value) => Buffer.from(`{"a":${value}}`));
  kernel.fill(Buffer.concat(records));
  let at = kernel.window;
  for (const [row, { length }] of records.entries()) {
    kernel.int32[kernel.starts / 4 + row] = at;
    kernel.int32[kernel.ends / 4 + row] = at += length;
  }
  expect(fields.scan(0, { starts: kernel.starts, ends: kernel.ends, count: records.length })).toBe(records.length);
  return { kernel, entries };
}
