import { type Delivery, StoreError } from '../store/store.js';
import type { DispatchParts } from './background.js';
import type { Destination, Message, Outcome } from './sink.js';

/** What an attempt needs. */
export interface Ready {
  readonly destination: Destination;
  /** The alert's body. */
  readonly body: Uint8Array;
}

/** Asks the store, patiently. */
export type Ask = <T>(question: () => Promise<T>) => Promise<T>;

/** What an attempt needs; or why there can be none, in words. Throws StoreError `unavailable`. */
export async function prepare(
  { store, sinks, destinations }: DispatchParts,
  { alert: id, destination: name }: Delivery,
  ask: Ask,
): Promise<Ready | string> {
  // Another server on the store may have made it, or enabled it: the store knows.
  const held = destinations.find(name);
  if (held === null || held.disabled !== null) await ask(() => destinations.catchUp());
  const destination = destinations.find(name);
  if (destination === null) return `there is no destination '${name}' any more`;
  if (destination.disabled !== null) return whyDisabled(destination.disabled);
  if (sinks[destination.type] === undefined) return `this server sends to no ${destination.type}`;
  try {
    const alert = await ask(() => store.alert(id));
    return alert === null ? 'the alert is not stored any more' : { destination, body: alert.body };
  } catch (error) {
    if (error instanceof StoreError && error.code === 'damaged') return 'the stored alert is damaged';
    throw error;
  }
}

/** Makes an attempt. Never rejects: a sink that breaks its word has failed. */
export async function attempt(
  { sinks, log }: DispatchParts,
  destination: Destination,
  message: Message,
  at: number,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const sink = sinks[destination.type];
    if (sink === undefined) throw new Error(`no sink for ${destination.type}`);
    return await sink.send(destination, message, at, signal);
  } catch (error) {
    log.error({ destination: destination.name, err: error }, 'a sink failed');
    const words = 'the server could not send it';
    return { status: null, error: words, duration: 0, retryAfter: null, answer: null };
  }
}

export function whyDisabled(disabled: Destination['disabled']): string {
  return `the destination is disabled: ${disabled?.reason}`;
}
