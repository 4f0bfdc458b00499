import * as kinds from '../../../kernel/kinds.ts';
import type { KernelFieldEntries } from '../../../kernel/kernel-fields.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { parseJson, parsePlainJson } from '../../../schema/json/exact-json.ts';
import { holds } from '../../../schema/values/fits-whole.ts';
import { exactOf } from '../../../schema/values/scalar-values.ts';
import { rankOf } from './entry-order.ts';
import { areMembersElsewhere, type NestedTarget } from './nested-targets.ts';
import type { ScannedField } from './scanned-fields.ts';

type EntryViews = Pick<KernelFieldEntries, 'rows' | 'kinds' | 'starts' | 'ends' | 'numbers'>;

/** The values of a field's entries, as parsed records have them. */
export class EntryValues {
  readonly #field: ScannedField;
  readonly #kernel: Kernel;
  /** Where typed arrays and structs go, whatever is learned from other values of the block: that is for the next one. */
  readonly targets: readonly NestedTarget[];
  #lastViews: EntryViews | undefined;

  constructor(field: ScannedField, kernel: Kernel) {
    this.#field = field;
    this.#kernel = kernel;
    this.targets = field.targets;
  }

  /** Gives the entries' arrays: looked up once for many values, and again when the kernel's memory has grown, which leaves views empty. */
  get views(): EntryViews {
    if (this.#lastViews !== undefined && this.#lastViews.rows.length > 0) return this.#lastViews;
    const { rows, kinds: kindAt, starts, ends, numbers: numberAt } = this.#field.entries;
    this.#lastViews = { rows, kinds: kindAt, starts, ends, numbers: numberAt };
    return this.#lastViews;
  }

  /** Drops the arrays: the field has other entries. */
  forget(): void {
    this.#lastViews = undefined;
  }

  /** Where the array or struct of an entry goes, if it is typed. */
  targetAt(entry: number): NestedTarget | undefined {
    const kind = this.views.kinds[entry];
    return this.targets.find((target) => target.kind === kind);
  }

  /** Gives the value as it is in a parsed record. */
  valueAt(entry: number): unknown {
    const { kinds: kindAt, numbers: numberAt } = this.views;
    switch (kindAt[entry]) {
      case kinds.kindFalse:
        return false;
      case kinds.kindTrue:
        return true;
      case kinds.kindNumber:
      case kinds.kindInteger:
        return numberAt[entry];
      case kinds.kindLong:
      case kinds.kindDigits:
        return exactOf(this.#textAt(entry));
      case kinds.kindEmptyArray:
        return [];
      case kinds.kindEmptyObject:
        return {};
      case kinds.kindEmptyStruct:
      case kinds.kindRawNested:
      case kinds.kindMixedArray:
      case kinds.kindDigitsArray:
        return parseJson(this.#textAt(entry));
      case kinds.kindString:
      case kinds.kindTime:
      case kinds.kindDate:
        return this.#textAt(entry);
      default:
        return this.#typedAt(entry);
    }
  }

  #typedAt(entry: number): unknown {
    const target = this.targetAt(entry);
    // digits that a double can't hold have gone to another field, unless the type has one for them
    const isPlain = target !== undefined && !areMembersElsewhere(target) && !holds(target.type.type, 'bigint');
    return isPlain ? parsePlainJson(this.#textAt(entry)) : parseJson(this.#textAt(entry));
  }

  rowAt(entry: number): number {
    return this.views.rows[entry] ?? 0;
  }

  /** Ranks the value among those of its row, as parsed records have them. */
  rankAt(entry: number): number {
    const { kinds: kindAt, starts, numbers: numberAt } = this.views;
    const address = kindAt[entry] === kinds.kindString ? numberAt[entry] : starts[entry];
    return rankOf(this.#field.keyIndex, address ?? 0);
  }

  #textAt(entry: number): string {
    const { starts, ends } = this.views;
    return this.#kernel.stringAt(starts[entry] ?? 0, ends[entry] ?? 0);
  }
}
