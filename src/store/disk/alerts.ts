import type { AlertFilter, AlertRecord, StoredAlert } from '../store.js';
import type { Tables } from './database.js';
import { keyOf, named, type Part } from './key.js';
import { scan } from './scan.js';
import { nextSequence, numberBytes, numberOf } from './sequence.js';
import type { Step } from './step.js';

type Head = Pick<AlertRecord, 'id' | 'rule' | 'severity' | 'destinations'>;

/** Stamp, and the length of the head, in bytes. */
const FRONT = 12;

/** Alerts by sequence number, found by id, rule and severity too. */
export class Alerts {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** Stores an alert; says whether it is new. */
  add(step: Step, { stamp, body, ...alert }: AlertRecord): boolean {
    const { alerts, alertsById, alertsByText, sequences } = this.#tables;
    const { id, rule, severity } = alert;
    const name = keyOf(named(id));
    if (step.has(alertsById, name)) return false;
    const sequence = nextSequence(sequences, step, 'alert');
    const head: Head = { id, rule, severity, destinations: alert.destinations };
    const text = Buffer.from(JSON.stringify(head));
    const front = Buffer.allocUnsafe(FRONT);
    front.writeDoubleBE(stamp, 0);
    front.writeUInt32BE(text.length, 8);
    step.put(alerts, keyOf(sequence), front, text, body);
    step.put(alertsById, name, numberBytes(sequence));
    step.put(alertsByText, keyOf('rule', named(rule), sequence));
    step.put(alertsByText, keyOf('severity', named(severity), sequence));
    return true;
  }

  /** No effect on one that is not known. */
  replaceBody(step: Step, id: string, body: Uint8Array): void {
    const { alerts, alertsById } = this.#tables;
    const sequence = numberOf(step.get(alertsById, keyOf(named(id))));
    const row = sequence === 0 ? null : step.get(alerts, keyOf(sequence));
    if (row === null) return;
    step.put(alerts, keyOf(sequence), row.subarray(0, FRONT + row.readUInt32BE(8)), body);
  }

  find(id: string): StoredAlert | null {
    const sequence = numberOf(this.#tables.alertsById.get(keyOf(named(id))));
    return sequence === 0 ? null : this.#alert(sequence, Number.NEGATIVE_INFINITY);
  }

  list(after: number, limit: number, filter: AlertFilter): Promise<readonly StoredAlert[]> {
    const { rule, severity, since = Number.NEGATIVE_INFINITY } = filter;
    const { alerts, alertsByText } = this.#tables;
    const pick = (sequence: number): StoredAlert | null => {
      const alert = this.#alert(sequence, since);
      return alert === null || (severity !== undefined && alert.severity !== severity) ? null : alert;
    };
    const prefix = prefixOf(rule, severity);
    return scan(prefix.length === 0 ? alerts : alertsByText, prefix, after, limit, pick);
  }

  /** Null when its stamp is below `since`. */
  #alert(sequence: number, since: number): StoredAlert | null {
    const { alerts } = this.#tables;
    const row = alerts.get(keyOf(sequence));
    if (row === null) throw alerts.damaged(`with sequence number ${sequence} is missing`);
    const stamp = row.readDoubleBE(0);
    if (stamp < since) return null;
    const end = FRONT + row.readUInt32BE(8);
    // Written by `add`, and the checksum holds.
    const head = JSON.parse(row.toString('utf8', FRONT, end)) as Head;
    return { ...head, stamp, body: row.subarray(end), sequence };
  }
}

/** Which list to walk: of the rule where it is asked for, which is the shorter. */
function prefixOf(rule: string | undefined, severity: string | undefined): readonly Part[] {
  if (rule !== undefined) return ['rule', named(rule)];
  return severity === undefined ? [] : ['severity', named(severity)];
}
