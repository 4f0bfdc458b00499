import type { Draw } from '../draw.ts';
import type { RecordKind } from '../kind.ts';

type Position = readonly [longitude: number, latitude: number];

const stepDegrees = 0.002;

/** Features of a map. */
export const geojson: RecordKind = {
  name: 'geojson',
  about:
    'features of a map: `coordinates` of a Point, a LineString, a Polygon or a MultiPolygon, which are arrays of one to four levels under one key, with one to seven properties',
  records: 350_000,
  columns: {
    type: 'string',
    id: 'string',
    geometry: { fields: { type: 'string', coordinates: 'json' } },
    properties: {
      fields: {
        name: 'string',
        kind: 'string',
        height: 'double',
        lanes: 'bigint',
        surface: 'string',
        oneway: 'boolean',
        updated: 'timestamp',
      },
    },
  },
  textAt: (draw, index) =>
    JSON.stringify({
      type: 'Feature',
      id: `way/${100_000_000 + index * 7}`,
      geometry: geometryOf(draw),
      properties: propertiesOf(draw),
    }),
};

function geometryOf(draw: Draw): Record<string, unknown> | null {
  const chance = draw.share();
  if (chance < 0.02) return null;
  const start: Position = [draw.decimal(5.9, 15, 7), draw.decimal(47.3, 55, 7)];
  if (chance < 0.5) return { type: 'Point', coordinates: start };
  if (chance < 0.75) return { type: 'LineString', coordinates: walk(draw, start, 2 + draw.whole(20)) };
  if (chance < 0.95) return { type: 'Polygon', coordinates: polygon(draw, start) };
  const polygons = Array.from({ length: 2 + draw.whole(3) }, () => polygon(draw, start));
  return { type: 'MultiPolygon', coordinates: polygons };
}

function walk(draw: Draw, [longitude, latitude]: Position, positions: number): Position[] {
  let [x, y] = [longitude, latitude];
  return Array.from({ length: positions }, (): Position => {
    x += draw.decimal(-stepDegrees, stepDegrees, 7);
    y += draw.decimal(-stepDegrees, stepDegrees, 7);
    return [Number(x.toFixed(7)), Number(y.toFixed(7))];
  });
}

/** Rings that end where they begin: the border, and now and then holes. */
function polygon(draw: Draw, start: Position): Position[][] {
  const rings = draw.isTrue(0.9) ? 1 : 2 + draw.whole(2);
  return Array.from({ length: rings }, () => {
    const ring = walk(draw, start, 3 + draw.whole(10));
    return [...ring, ...ring.slice(0, 1)];
  });
}

function propertiesOf(draw: Draw): Record<string, unknown> {
  return {
    kind: draw.pick(['building', 'highway', 'amenity', 'landuse', 'waterway']),
    ...(draw.isTrue(0.6) && { name: `${draw.pick(['Straße', 'Rue', 'Plaça', 'Street'])} ${draw.whole(5000)}` }),
    ...(draw.isTrue(0.3) && { height: draw.decimal(3, 60, 1) }),
    ...(draw.isTrue(0.3) && { lanes: 1 + draw.whole(4) }),
    ...(draw.isTrue(0.2) && { surface: draw.pick(['asphalt', 'gravel', 'paving_stones']) }),
    ...(draw.isTrue(0.2) && { oneway: draw.isTrue(0.5) }),
    ...(draw.isTrue(0.5) && { updated: new Date(1_700_000_000_000 + draw.whole(90_000_000) * 1000).toISOString() }),
  };
}
