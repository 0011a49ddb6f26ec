import { type Decoded, decode } from '../event/decode.js';
import { JsonError, parseJson } from '../event/json.js';
import type { StreamSchema } from '../event/schema.js';

/** An event of the log in run-time form, or null when it does not fit the schema. */
export function decodeLine(line: string, schema: StreamSchema): Decoded | null {
  try {
    const decoded = decode(parseJson(line), schema);
    return 'code' in decoded ? null : decoded;
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}
