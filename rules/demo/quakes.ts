import { readFileSync } from 'node:fs';
import { Random } from './random.js';

/** One report as it is posted. */
export interface Quake {
  readonly id: string;
  readonly type: string;
  readonly mag: number | null;
  readonly place: string | null;
  readonly lat: number;
  readonly lon: number;
  readonly depth: number;
  readonly at: string;
}

interface Feature {
  readonly id: string;
  readonly properties: {
    readonly mag: number | null;
    readonly place: string;
    readonly time: number;
    readonly type: string;
  };
  readonly geometry: { readonly coordinates: readonly [number, number, number] };
}

const MINUTE = 60_000;
const DELAY = 10 * MINUTE;

/**
 * The real week, 1,707 events of the USGS in vega-datasets, in the order in which their reports arrive. The arrival is
 * simulated (the data has none): the event's time plus a seeded delay of up to ten minutes; eight reports come an hour later.
 */
export function quakes(seed: number): Quake[] {
  // The package exports its data by network address only; the file itself lies in the package.
  const file = new URL('../../node_modules/vega-datasets/data/earthquakes.json', import.meta.url);
  const { features } = JSON.parse(readFileSync(file, 'utf8')) as { features: Feature[] };
  const random = new Random(seed);
  const late = new Set<number>();
  while (late.size < 8) late.add(random.whole(0, features.length - 1));
  return features
    .map(({ id, properties, geometry }, i) => ({
      arrival: properties.time + (late.has(i) ? 60 * MINUTE : random.between(0, DELAY)),
      quake: {
        id,
        type: properties.type,
        mag: properties.mag,
        place: properties.place,
        lat: geometry.coordinates[1],
        lon: geometry.coordinates[0],
        depth: geometry.coordinates[2],
        at: new Date(properties.time).toISOString(),
      },
    }))
    .sort((a, b) => a.arrival - b.arrival)
    .map(({ quake }) => quake);
}

/**
 * What must be told, found by looking at every triple: the ids of each strong shock and its first two neighbours. Late
 * reports are left out by the watermark's own arithmetic (latest time seen less ten minutes), not by asking the server.
 */
export function expectedSequences(arrived: readonly Quake[]): {
  readonly alerts: string[];
  readonly late: number;
} {
  let latest = Number.NEGATIVE_INFINITY;
  const taken: (Quake & { time: number })[] = [];
  for (const quake of arrived) {
    const time = Date.parse(quake.at);
    if (time < latest - DELAY) continue;
    latest = Math.max(latest, time);
    taken.push({ ...quake, time });
  }
  taken.sort((a, b) => a.time - b.time);
  const alerts: string[] = [];
  taken.forEach((main, i) => {
    if (main.type !== 'earthquake' || main.mag === null || main.mag < 4.5) return;
    const near: Quake[] = [];
    for (let j = i + 1; j < taken.length && taken[j]!.time <= main.time + 24 * 60 * MINUTE; j++) {
      const other = taken[j]!;
      if (other.type === 'earthquake' && metresBetween(main, other) <= 100_000) near.push(other);
    }
    if (near.length >= 2) alerts.push(['aftershocks', main.id, near[0]!.id, near[1]!.id].join(' '));
  });
  return { alerts, late: arrived.length - taken.length };
}

/** Great circle by the haversine formula on a sphere of 6,371,008.8 m (IUGG mean radius). */
export function metresBetween(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const h =
    Math.sin(radians(b.lat - a.lat) / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(radians(b.lon - a.lon) / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(h));
}
