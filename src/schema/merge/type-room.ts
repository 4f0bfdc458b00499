import { charactersMax, elementLeavesMax, leavesMax, weightOf } from '../types/type-weight.ts';
import type { ColumnType } from '../types/column-type.ts';

/** Most that the last field may bring beyond the limits: whatever fields come, a type becomes full. */
const lastLeavesMax = 12;
const lastCharactersMax = 20_000;

/** What a type may still get. */
export class TypeRoom {
  #leaves: number;
  #characters: number;
  /** The room of the type around. */
  readonly #around: TypeRoom | undefined;

  private constructor(leaves: number, characters: number, around?: TypeRoom) {
    this.#leaves = leaves;
    this.#characters = characters;
    this.#around = around;
  }

  /** Gives the room of a column's type. */
  static ofColumn(type: ColumnType): TypeRoom {
    const { leaves, characters } = weightOf(type);
    return new TypeRoom(leavesMax - leaves, charactersMax - characters);
  }

  /** Gives the room of the type of an array's elements, or of a map's values, in this one. */
  ofElement(element: ColumnType): TypeRoom {
    return new TypeRoom(elementLeavesMax - weightOf(element).leaves, this.#characters, this);
  }

  /** Tells whether the type gets no more leaves. */
  get isFull(): boolean {
    return this.#leaves <= 0 || this.#characters <= 0 || this.#around?.isFull === true;
  }

  /** Takes room for more leaves and characters; answers with false, and takes none, when there is not enough. */
  take(leaves: number, characters: number): boolean {
    if ((leaves > 0 && this.isFull) || !this.#has(leaves, characters)) return false;
    this.#lessen(leaves, characters);
    return true;
  }

  #lessen(leaves: number, characters: number): void {
    this.#leaves -= leaves;
    this.#characters -= characters;
    if (this.#around !== undefined) this.#around.#lessen(leaves, characters);
  }

  #has(leaves: number, characters: number): boolean {
    if (leaves > this.#leaves + lastLeavesMax || characters > this.#characters + lastCharactersMax) return false;
    return this.#around === undefined || this.#around.#has(leaves, characters);
  }
}
