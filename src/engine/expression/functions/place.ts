import { isNumeric, toDouble } from '../compare.js';
import type { FunctionBodies } from '../evaluator.js';

/** Mean radius of the earth by the IUGG, (2a + b) / 3 of the GRS 80 ellipsoid, in metres. */
const EARTH_RADIUS = 6_371_008.8;

export const PLACE_FUNCTIONS: FunctionBodies = {
  /** The haversine formula (R. W. Sinnott, "Virtues of the Haversine", 1984): good for points close together too. */
  GEO_DISTANCE: (values, faults) => {
    if (!values.every(isNumeric)) return faults.note('type_mismatch');
    const [lat1, lon1, lat2, lon2] = values.map(toDouble) as [number, number, number, number];
    if (Math.abs(lat1) > 90 || Math.abs(lat2) > 90) return faults.note('invalid_argument');
    const h =
      Math.sin(radians(lat2 - lat1) / 2) ** 2 +
      Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(radians(lon2 - lon1) / 2) ** 2;
    return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h)));
  },
};

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
