import { Webhook } from 'standardwebhooks';
import type { Destination, Message } from '../runtime/sink.js';

/**
 * The headers of Standard Webhooks for one attempt at `at`, milliseconds since the epoch: one signature for the secret, and
 * one for each former secret that is still valid then, so that receivers may change theirs in their own time.
 * Throws Error for a secret that is no base64.
 */
export function signatureHeaders(
  { secret, formerSecrets }: Pick<Destination, 'secret' | 'formerSecrets'>,
  { id, body }: Message,
  at: number,
): Record<string, string> {
  const former = formerSecrets.filter(({ until }) => until > at);
  const payload = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const signatures = [secret, ...former.map((each) => each.secret)].map((each) =>
    new Webhook(each).sign(id, new Date(at), payload),
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1_000)),
    'webhook-signature': signatures.join(' '),
  };
}
