import { writeJson } from '../../../src/schema/json/exact-json.ts';
import type { Columns, ColumnType } from '../columns.ts';
import type { Draw } from '../draw.ts';
import type { RecordKind } from '../kind.ts';
import { escapedJson } from './json-text.ts';
import { snowflake } from './snowflake.ts';

const words =
  'the ward is full again tonight 🙂 naïve çok güzel 看護師 さん thanks to everyone who came https://t.co/x'.split(' ');

const indices: Columns = { indices: { elements: 'bigint' } };
const coordinates: ColumnType = { fields: { type: 'string', coordinates: { elements: 'double' } } };

const post: Columns = {
  created_at: 'string',
  id: 'bigint',
  id_str: 'string',
  text: 'string',
  truncated: 'boolean',
  in_reply_to_status_id: 'bigint',
  in_reply_to_status_id_str: 'string',
  user: {
    fields: {
      id: 'bigint',
      id_str: 'string',
      name: 'string',
      screen_name: 'string',
      location: 'string',
      url: 'string',
      followers_count: 'bigint',
      verified: 'boolean',
      utc_offset: 'string',
    },
  },
  coordinates,
  place: {
    fields: {
      id: 'string',
      name: 'string',
      country_code: 'string',
      bounding_box: {
        fields: { type: 'string', coordinates: { elements: { elements: { elements: 'double' } } } },
      },
    },
  },
  entities: {
    fields: {
      hashtags: { elements: { fields: { text: 'string', ...indices } } },
      urls: { elements: { fields: { url: 'string', expanded_url: 'string', ...indices } } },
      user_mentions: {
        elements: { fields: { screen_name: 'string', id: 'bigint', id_str: 'string', ...indices } },
      },
      symbols: { elements: 'json' },
    },
  },
  retweet_count: 'bigint',
  favorited: 'boolean',
  possibly_sensitive: 'boolean',
  lang: 'string',
};

/** Posts of a social network, as Twitter's first API published them. */
export const posts: RecordKind = {
  name: 'posts',
  about:
    'tweets: ids of 19 digits as numbers and as text, arrays of structs that are often empty, structs that are often null, a third with the whole original inside, text in `\\u` escapes',
  records: 100_000,
  columns: { ...post, retweeted_status: { fields: post } },
  textAt: (draw, index, startMs) => {
    const atMs = startMs + index * 100 + draw.whole(1000);
    const original = draw.isTrue(0.3) && { retweeted_status: postOf(draw, atMs - draw.whole(1e8)) };
    return escapedJson(writeJson({ ...postOf(draw, atMs), ...original }));
  },
};

function postOf(draw: Draw, atMs: number): Record<string, unknown> {
  const id = snowflake(draw, atMs);
  const reply = draw.isTrue(0.2) ? snowflake(draw, atMs - draw.whole(1e7)) : null;
  return {
    created_at: new Date(atMs).toUTCString(),
    id,
    id_str: String(id),
    text: textOf(draw),
    truncated: draw.isTrue(0.1),
    in_reply_to_status_id: reply,
    in_reply_to_status_id_str: reply === null ? null : String(reply),
    user: userOf(draw, atMs),
    coordinates: draw.isTrue(0.05) ? { type: 'Point', coordinates: positionOf(draw) } : null,
    place: draw.isTrue(0.1) ? placeOf(draw) : null,
    entities: entitiesOf(draw, atMs),
    retweet_count: draw.whole(300),
    favorited: false,
    ...(draw.isTrue(0.3) && { possibly_sensitive: draw.isTrue(0.1) }),
    lang: draw.pick(['en', 'en', 'de', 'ja', 'tr', 'und']),
  };
}

function userOf(draw: Draw, atMs: number): Record<string, unknown> {
  const id = snowflake(draw, atMs - draw.whole(3e11));
  return {
    id,
    id_str: String(id),
    name: `${draw.pick(['Zoë', '看護', 'Ana', 'Çelik'])} ${draw.whole(100_000)}`,
    screen_name: `user_${draw.whole(50_000)}`,
    location: draw.isTrue(0.5) ? draw.pick(['Berlin', 'İstanbul', '東京', '']) : null,
    url: draw.isTrue(0.2) ? `https://example.org/${draw.whole(1000)}` : null,
    followers_count: draw.whole(20_000),
    verified: draw.isTrue(0.02),
    utc_offset: null,
  };
}

function entitiesOf(draw: Draw, atMs: number): Record<string, unknown> {
  return {
    hashtags: some(draw, 0.3, 4, () => ({ text: `tag${draw.whole(2000)}`, indices: indicesOf(draw) })),
    urls: some(draw, 0.2, 2, () => ({
      url: `https://t.co/${draw.hex(10)}`,
      expanded_url: `https://example.org/news/${draw.whole(1e6)}`,
      indices: indicesOf(draw),
    })),
    user_mentions: some(draw, 0.4, 3, () => {
      const id = snowflake(draw, atMs - draw.whole(3e11));
      return { screen_name: `user_${draw.whole(50_000)}`, id, id_str: String(id), indices: indicesOf(draw) };
    }),
    symbols: [],
  };
}

/** An array that is empty more often than not. */
function some<T>(draw: Draw, share: number, lengthMax: number, make: () => T): T[] {
  return draw.isTrue(share) ? Array.from({ length: 1 + draw.whole(lengthMax) }, make) : [];
}

function placeOf(draw: Draw): Record<string, unknown> {
  const corners = Array.from({ length: 4 }, () => positionOf(draw));
  return {
    id: draw.hex(16),
    name: draw.pick(['Kreuzberg', 'Kadıköy', '渋谷区']),
    country_code: draw.pick(['DE', 'TR', 'JP']),
    bounding_box: { type: 'Polygon', coordinates: [corners] },
  };
}

function textOf(draw: Draw): string {
  return Array.from({ length: 3 + draw.whole(22) }, () => draw.pick(words)).join(' ');
}

function positionOf(draw: Draw): [number, number] {
  return [draw.decimal(-180, 180, 6), draw.decimal(-90, 90, 6)];
}

function indicesOf(draw: Draw): [number, number] {
  const from = draw.whole(100);
  return [from, from + 5 + draw.whole(15)];
}
