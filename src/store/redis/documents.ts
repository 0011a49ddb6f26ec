import { type AlertRecord, type Document, StoreError } from '../store.js';
import { addAlerts } from './alerts.js';
import { seal, unseal } from './checksum.js';
import type { Connection } from './connection.js';
import { Frames } from './frames.js';
import type { Keys } from './keys.js';
import { asBytes, asInteger, asList, asText } from './reply.js';
import { deleteDocument2 } from './scripts/delete_document-2.js';
import { listDocuments2 } from './scripts/list_documents-2.js';
import { putDocument11 } from './scripts/put_document-11.js';

/** The field of a document. No kind's prefix begins another's, whatever characters kinds and keys are of. */
export function documentField(kind: string, key: string): string {
  return `${prefixOf(kind)}\0${key}`;
}

function prefixOf(kind: string): string {
  return `${kind.length}:${kind}`;
}

/** Small documents with versions. The methods are those of Store. */
export class Documents {
  readonly #connection: Connection;
  readonly #keys: readonly [string, string];
  /** Those, and where alerts go. */
  readonly #allKeys: readonly string[];

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = [keys.documents, keys.documentOrder];
    const { checkpoint, alerts, bodies, alertIds, deliveries, progress, deliveryIds, due, waiting } = keys;
    this.#allKeys = [
      ...this.#keys,
      ...[checkpoint, alerts, bodies, alertIds, deliveries, progress, deliveryIds, due, waiting],
    ];
  }

  async find(kind: string, key: string): Promise<Document | null> {
    const [documents] = this.#keys;
    const field = documentField(kind, key);
    const stored = await this.#connection.send((client) => client.hgetBuffer(documents, field));
    return stored === null ? null : documentOf(kind, key, stored);
  }

  async list(kind: string, after: string, limit: number): Promise<readonly Document[]> {
    if (limit <= 0) return [];
    // U+0001 follows the NUL behind the kind: the end of the kind's fields.
    const args = [`(${documentField(kind, after)}`, `(${prefixOf(kind)}\u0001`, limit];
    const answer = asList(await listDocuments2.run(this.#connection, this.#keys, args));
    const found: Document[] = [];
    for (let index = 0; index < answer.length; index += 2) {
      const key = asText(answer[index]).slice(prefixOf(kind).length + 1);
      found.push(documentOf(kind, key, asBytes(answer[index + 1])));
    }
    return found;
  }

  async put(
    kind: string,
    key: string,
    value: Uint8Array,
    expected?: number,
    alert?: AlertRecord,
  ): Promise<number> {
    const frames = new Frames();
    frames.add(documentField(kind, key), seal(value), expected ?? '');
    addAlerts(frames, alert === undefined ? [] : [alert]);
    const args = [frames.toBuffer()];
    const answer = await putDocument11.run(this.#connection, this.#allKeys, args, frames.patience);
    const [isDone, version] = asList(answer);
    if (isDone === 1) return asInteger(version);
    const message = `${kind} '${key}' is at version ${asInteger(version)}, not ${expected}`;
    throw new StoreError('conflict', message);
  }

  async delete(kind: string, key: string): Promise<boolean> {
    const args = [documentField(kind, key)];
    return (await deleteDocument2.run(this.#connection, this.#keys, args)) === 1;
  }
}

/** `<version>:<sealed value>` */
function documentOf(kind: string, key: string, stored: Buffer): Document {
  const colon = stored.indexOf(':');
  const version = Number(stored.subarray(0, colon).toString());
  return { key, version, value: unseal(stored.subarray(colon + 1), `the ${kind} '${key}'`) };
}
