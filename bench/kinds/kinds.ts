import { changeEvents } from './change-events.ts';
import { events } from './events.ts';
import { audit } from './hard/audit.ts';
import { bigIds } from './hard/big-ids.ts';
import { cloudtrail } from './hard/cloudtrail.ts';
import { deep } from './hard/deep.ts';
import { empties } from './hard/empties.ts';
import { freeKeys } from './hard/free-keys.ts';
import { geojson } from './hard/geojson.ts';
import { mixed } from './hard/mixed.ts';
import { posts } from './hard/posts.ts';
import { spans } from './hard/spans.ts';
import { webhooks } from './hard/webhooks.ts';
import type { RecordKind } from './kind.ts';
import { logs } from './logs.ts';
import { optional } from './optional.ts';
import { regular } from './regular.ts';
import { shuffled } from './shuffled.ts';
import { ward } from './ward.ts';
import { wide } from './wide.ts';

/** Kinds of records that the page shows together. */
export interface KindGroup {
  readonly name: string;
  /** Says in the page what they have in common. */
  readonly about: string;
  readonly kinds: readonly RecordKind[];
}

export const hardTopics: KindGroup = {
  name: 'hard topics',
  about: 'records differ in their fields, in the types of these and in how deep they go',
  kinds: [posts, geojson, spans, audit, cloudtrail, webhooks, freeKeys, mixed, empties, bigIds, deep],
};

export const steadyTopics: KindGroup = {
  name: 'steady topics',
  about: 'fields keep their types, and few are nested',
  kinds: [regular, ward, events, shuffled, optional, changeEvents, logs, wide],
};

/** In the order of the page: what is hard comes first. */
export const kindGroups: readonly KindGroup[] = [hardTopics, steadyTopics];

export const kinds: readonly RecordKind[] = kindGroups.flatMap((group) => group.kinds);

/** The kind of that name; throws for a name that none has. */
export function kindOf(name: string): RecordKind {
  const kind = kinds.find((each) => each.name === name);
  if (kind === undefined) throw new Error(`no kind ${name}: there are ${kinds.map((each) => each.name).join(', ')}`);
  return kind;
}
