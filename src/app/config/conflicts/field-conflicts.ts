import { columnName, fieldKey } from '../../../schema/names/column-name.ts';

export interface FieldVariables {
  readonly FIELDS_ALLOW?: ReadonlySet<string> | undefined;
  readonly FIELDS_DENY?: ReadonlySet<string> | undefined;
  readonly FIELDS_RENAME?: ReadonlyMap<string, string> | undefined;
}

/** What the variables about fields say against each other, where one of them would have no effect: a sentence each. */
export function fieldConflicts({ FIELDS_ALLOW, FIELDS_DENY, FIELDS_RENAME }: FieldVariables): string[] {
  const allow = FIELDS_ALLOW && keysOf(FIELDS_ALLOW);
  const deny = keysOf(FIELDS_DENY ?? []);
  const renames = [...(FIELDS_RENAME ?? [])];
  const seen = new Set<string>();
  return [
    ...[...(FIELDS_ALLOW ?? [])]
      .filter((field) => deny.has(fieldKey(field)))
      .map((field) => `FIELDS_DENY: expected other fields than FIELDS_ALLOW has, got ${JSON.stringify(field)} in both`),
    ...renames.flatMap(([from, to]) => {
      const pair = JSON.stringify(`${from}=${to}`);
      const [old, name] = [fieldKey(from), fieldKey(to)];
      const isSecond = seen.has(columnName(from));
      seen.add(columnName(from));
      if (isSecond) return [`FIELDS_RENAME: expected one new name for a field, got another one in ${pair}`];
      if (deny.has(old) || deny.has(name))
        return [`FIELDS_RENAME: expected a field that FIELDS_DENY does not deny, got ${pair}`];
      if (allow === undefined || allow.has(old)) return [];
      return [
        allow.has(name)
          ? `FIELDS_ALLOW: expected the name that the records have, ${JSON.stringify(from)}, got ${JSON.stringify(to)}, which FIELDS_RENAME gives it`
          : `FIELDS_RENAME: expected a field of FIELDS_ALLOW, got ${pair}`,
      ];
    }),
  ];
}

function keysOf(fields: Iterable<string>): ReadonlySet<string> {
  return new Set([...fields].map(fieldKey));
}
