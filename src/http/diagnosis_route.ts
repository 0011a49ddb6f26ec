import type { JsonValue } from '../event/json.js';
import type { Reader } from '../runtime/reader.js';
import { diagnosisSchema, showDiagnosis } from './diagnosis_schema.js';
import { type Route, route } from './route.js';
import { named } from './shared_schemas.js';

/** Why a rule did or did not fire. */
export function diagnosisRoute(reader: Reader): Route {
  return route('get', '/v1/rules/{name}/diagnosis', {
    purpose: {
      id: 'diagnoseRule',
      tag: 'Rules',
      summary: 'Why a rule did or did not fire',
      description:
        'What came, which conditions held how often, where its partial matches stand, the starts that came nearest to a match, what holds the watermark and complete matches back, what was late, dropped or failed.',
    },
    params: named,
    responses: { 200: { description: 'What there is to say', schema: diagnosisSchema } },
    problems: ['unknown_rule', 'store_damaged', 'store_unavailable'],
    handle: async ({ params: { name } }) => {
      const diagnosis = reader.diagnosis(name);
      const latest = new Map<string, JsonValue>();
      for (const { stream, latestOffset } of diagnosis.streams) {
        const event = latestOffset === null ? null : await reader.event(stream, latestOffset);
        if (event !== null) latest.set(stream, event.data);
      }
      return {
        status: 200,
        body: showDiagnosis(diagnosis, latest),
        headers: { 'cache-control': 'no-store' },
      };
    },
  });
}
