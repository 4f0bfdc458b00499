import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IcebergField } from '../../../src/iceberg/metadata/iceberg-schema.ts';
import { currentSchema, type TableMetadata } from '../../../src/iceberg/metadata/table-metadata.ts';
import { applyUpdates, type TableUpdate } from '../../../src/iceberg/metadata/table-updates.ts';
import { withoutUnusedSchemas } from '../../../src/iceberg/metadata/unused-schemas.ts';
import { appendTo, creationOf } from '../../support/iceberg-tables.ts';

const created = applyUpdates(undefined, creationOf('file:///lake/readings'), 0);

/** What somebody does to the table in one commit. */
type Step = { readonly kind: 'grow' | 'nest' | 'snapshot' | 'rename' | 'drop' | 'revert' | 'expire' };

function updatesOf({ kind }: Step, metadata: TableMetadata): readonly TableUpdate[] {
  const { fields } = currentSchema(metadata);
  const id = metadata['last-column-id'] + 1;
  switch (kind) {
    case 'grow':
      return changedTo(metadata, [...fields, { id, name: `f${id}`, required: false, type: 'double' }]);
    case 'nest':
      return changedTo(
        metadata,
        fields.map((field) => (field.name === 'place' ? withInner(field, id) : field)),
      );
    case 'rename':
      return changedTo(
        metadata,
        fields.map((field) => (field.id === 1 ? { ...field, name: `t${id}` } : field)),
      );
    case 'drop':
      return changedTo(
        metadata,
        fields.filter((field) => field.id <= 5 || field.id < id - 1),
      );
    case 'revert':
      return [{ action: 'set-current-schema', 'schema-id': metadata.schemas[0]?.['schema-id'] ?? 0 }];
    case 'snapshot': {
      const table = { name: 'readings', metadata, metadataLocation: '' };
      return appendTo(table, BigInt(metadata['last-sequence-number'] + 1), '{}').updates;
    }
    case 'expire': {
      const ids = metadata.snapshots.slice(0, -1).map((snapshot) => snapshot['snapshot-id']);
      return [{ action: 'remove-snapshots', 'snapshot-ids': ids }];
    }
  }
}

function changedTo(metadata: TableMetadata, fields: readonly IcebergField[]): TableUpdate[] {
  return [
    { action: 'add-schema', schema: { ...currentSchema(metadata), fields: [...fields] } },
    { action: 'set-current-schema', 'schema-id': -1 },
  ];
}

function withInner(field: IcebergField, id: number): IcebergField {
  if (typeof field.type === 'string' || field.type.type !== 'struct') return field;
  const inner = { id, name: `f${id}`, required: false, type: 'string' };
  return { ...field, type: { ...field.type, fields: [...field.type.fields, inner] } };
}

function commit(metadata: TableMetadata, step: Step): TableMetadata {
  return withoutUnusedSchemas(applyUpdates(metadata, updatesOf(step, metadata), 0));
}

function namesIn({ schemas }: Pick<TableMetadata, 'schemas'>): Set<string> {
  return new Set(schemas.flatMap(({ fields }) => fields.map(({ id, name }) => `${id} ${name}`)));
}

const kinds = ['grow', 'grow', 'grow', 'nest', 'snapshot', 'rename', 'drop', 'revert', 'expire'] as const;
const steps = fc.array(
  fc.constantFrom(...kinds).map((kind): Step => ({ kind })),
  { maxLength: 40 },
);

describe('unused schemas', () => {
  it('go, and what a snapshot, the current schema or a former name needs stays under its id', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let metadata = created;
        const given = new Map(metadata.schemas.map((schema) => [schema['schema-id'], schema]));
        const names = namesIn(metadata);
        for (const step of all) {
          metadata = commit(metadata, step);
          for (const schema of metadata.schemas) {
            // a schema keeps its id, and no other one ever gets it
            const id = schema['schema-id'];
            expect(schema).toEqual(given.get(id) ?? schema);
            given.set(id, schema);
          }
          for (const name of namesIn(metadata)) names.add(name);
          expect(namesIn(metadata)).toEqual(names);
          const ids = new Set(metadata.schemas.map((schema) => schema['schema-id']));
          for (const snapshot of metadata.snapshots) expect(ids).toContain(snapshot['schema-id']);
          expect(ids).toContain(metadata['current-schema-id']);
        }
      }),
    );
  });

  it('leave one schema of a table that has only grown, beside those of its snapshots', () => {
    let metadata = created;
    for (let second = 0; second < 100; second++) {
      metadata = commit(metadata, { kind: 'grow' });
      metadata = commit(metadata, { kind: 'nest' });
      if (second % 10 === 0) metadata = commit(metadata, { kind: 'snapshot' });
    }
    expect(metadata.schemas).toHaveLength(11);
    expect(metadata['current-schema-id']).toBe(200);
    expect(currentSchema(metadata).fields).toHaveLength(104);
  });

  it('leave the highest id where somebody has gone back to an older schema', () => {
    const grown = commit(commit(created, { kind: 'snapshot' }), { kind: 'grow' });
    const reverted = commit(grown, { kind: 'revert' });
    expect(reverted['current-schema-id']).toBe(0);
    expect(commit(reverted, { kind: 'nest' })['current-schema-id']).toBe(2);
  });
});
