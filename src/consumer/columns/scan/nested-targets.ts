import type { KernelFieldEntries } from '../../../kernel/kernel-fields.ts';
import { KernelType } from '../../../kernel/kernel-type.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { kindRawNested, kindTypedEnd, kindTypedFirst } from '../../../kernel/kinds.ts';
import { includesType } from '../../../schema/merge/includes-type.ts';
import { canMerge } from '../../../schema/merge/merge-types.ts';
import type { ObserveRules } from '../../../schema/infer/observe.ts';
import { isNested, type ColumnType } from '../../../schema/types/column-type.ts';
import type { ColumnBuilder } from '../builders/column-builder.ts';

/** Arrays or structs that the kernel finds to fit the type whole go to the column as they are: they are of that kind. */
export interface NestedTarget {
  readonly type: KernelType;
  readonly column: ColumnBuilder;
  readonly kind: number;
}

export interface TargetTools {
  readonly kernel: Kernel;
  readonly rules: ObserveRules;
}

/** Where the arrays and structs of one field go, by their types: these are learned from the first values of each column. */
export class NestedTargets {
  readonly #entries: KernelFieldEntries;
  /** The type that the field's column has, or will have by a hint. */
  readonly #known: ColumnType | undefined;
  #targets: readonly NestedTarget[] = [];
  readonly #types = new Map<ColumnBuilder, KernelType>();
  /** Kinds that have been given to a target. */
  #kinds = 0;
  /** The known type: other values than arrays that fit it may have another type. */
  #knownType: KernelType | undefined;

  constructor(entries: KernelFieldEntries, known: ColumnType | undefined) {
    this.#entries = entries;
    this.#known = known;
  }

  /** The targets, other ones once something has been learned. */
  get all(): readonly NestedTarget[] {
    return this.#targets;
  }

  /** Learns the type and the keys of an array or struct that has been added to the column. */
  learn(value: unknown, column: ColumnBuilder, { kernel, rules }: TargetTools): void {
    if (column.observed.form !== 'plain') return;
    const { type } = column.observed;
    const kernelType = this.#types.get(column) ?? this.#typeOf(type, { kernel, rules });
    if (kernelType === undefined) return;
    this.#types.set(column, kernelType);
    const leaves = column.shredBy(kernelType, kernel);
    (leaves ?? kernelType).grow(type);
    kernelType.learn(value);
    if (this.#targets.every((target) => target.column !== column)) this.#add(kernelType, column);
  }

  /** Lets the kernel read no values for the column from now on. */
  forget(column: ColumnBuilder): void {
    for (const target of this.#targets) if (target.column === column) this.#entries.removeType(target.type);
    this.#targets = this.#targets.filter((target) => target.column !== column);
  }

  /** Ends a block whose values were added one by one. */
  endBlock(): void {
    for (const column of this.#types.keys()) column.leaves?.endBlock();
  }

  #add(type: KernelType, column: ColumnBuilder): void {
    const kind = kindTypedFirst + this.#kinds;
    if (kind === kindTypedEnd) return;
    this.#kinds++;
    this.#entries.addType(type, kind);
    this.#targets = [...this.#targets, { type, column, kind }];
  }

  /** Gives the kernel's type for a column of that type; `undefined` when it can't tell which values go there. */
  #typeOf(type: ColumnType, tools: TargetTools): KernelType | undefined {
    const { kernel, rules } = tools;
    const known = this.#known?.kind === type.kind ? this.#known : undefined;
    if (known === undefined) return KernelType.of(kernel, type, { isStrict: true, rules });
    if (includesType(type, known)) return this.#typeOfKnown(known, tools);
    // one that has become wider takes what the known one does
    if (canMerge(known, type, rules) || this.#typeOfKnown(known, tools) === undefined) return undefined;
    return KernelType.of(kernel, type, { isStrict: true, rules });
  }

  /** Gives the kernel's type for the known one, which is tried first: what fits it goes nowhere else. Its values are none of a target until that is there. */
  #typeOfKnown(known: ColumnType, { kernel, rules }: TargetTools): KernelType | undefined {
    if (this.#knownType !== undefined) return this.#knownType;
    this.#knownType = KernelType.of(kernel, known, { isStrict: false, rules });
    if (this.#knownType !== undefined) this.#entries.addType(this.#knownType, kindRawNested);
    return this.#knownType;
  }
}

/** Tells whether a value of the column is an array or struct with a type. */
export function hasNestedType({ observed }: ColumnBuilder): boolean {
  return observed.form === 'plain' && isNested(observed.type);
}

/** Tells whether members of the target's arrays or structs have gone to other fields than those of their names, or have been left out. */
export function areMembersElsewhere({ type }: NestedTarget): boolean {
  return type.hasOthers || type.hasRescued;
}
