/** Rules for which fields of a record become columns, and under which names. */
export interface FieldRules {
  /** The only fields that are kept; `undefined` keeps all. */
  readonly allow: ReadonlySet<string> | undefined;
  readonly deny: ReadonlySet<string>;
  readonly rename: ReadonlyMap<string, string>;
}

export const allFields: FieldRules = { allow: undefined, deny: new Set(), rename: new Map() };

/** Gives the name the field goes by; `undefined` when it is left out on purpose. */
export function nameOfField(field: string, { allow, deny, rename }: FieldRules): string | undefined {
  if (deny.has(field) || (allow !== undefined && !allow.has(field))) return undefined;
  return rename.get(field) ?? field;
}
