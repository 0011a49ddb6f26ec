import {
  type Checkpoint,
  type Commit,
  type Lease,
  type PieceName,
  type StatePiece,
  StoreError,
} from '../store.js';
import { addAlerts } from './alerts.js';
import { seal, unseal } from './checksum.js';
import type { Connection } from './connection.js';
import { documentField } from './documents.js';
import { Frames } from './frames.js';
import type { Keys } from './keys.js';
import { asBytes, asInteger, asList, asText } from './reply.js';
import { commit14 } from './scripts/commit-14.js';
import { lease1 } from './scripts/lease-1.js';
import { listDocuments2 } from './scripts/list_documents-2.js';
import { release1 } from './scripts/release-1.js';

/** Who works on a partition, and what they commit. The methods are those of Store. */
export class Ownership {
  readonly #connection: Connection;
  readonly #keys: Keys;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async lease(owner: string, ttl: number): Promise<Lease | null> {
    const answer = await lease1.run(this.#connection, [this.#keys.lease], [owner, ttl]);
    if (answer === null) return null;
    const [epoch, until] = asList(answer);
    return { epoch: asInteger(epoch), until: asInteger(until) };
  }

  async release(epoch: number): Promise<void> {
    await release1.run(this.#connection, [this.#keys.lease], [epoch]);
  }

  async commit(epoch: number, commit: Commit): Promise<void> {
    const frames = framesOf(epoch, commit);
    const { lease, checkpoint, alerts, bodies, alertIds } = this.#keys;
    const { deliveries, progress, deliveryIds, due, waiting } = this.#keys;
    const { documents, documentOrder, pieces, pieceOrder } = this.#keys;
    const keys = [
      ...[lease, checkpoint, alerts, bodies, alertIds],
      ...[deliveries, progress, deliveryIds, due, documents, documentOrder, pieces, pieceOrder],
      waiting,
    ];
    const args = [frames.toBuffer()];
    const current = asInteger(await commit14.run(this.#connection, keys, args, frames.patience));
    if (current === -1) return;
    throw new StoreError('fenced', `epoch ${epoch} is over: the partition is at epoch ${current}`);
  }

  async checkpoint(): Promise<Checkpoint> {
    const [position, state] = await this.#connection.send((client) =>
      client.hmgetBuffer(this.#keys.checkpoint, 'position', 'state'),
    );
    return { position: position ? asInteger(position) : 0, state: state ? asInteger(state) : null };
  }

  async state(after: PieceName | null, bytes: number): Promise<readonly StatePiece[]> {
    const { pieces, pieceOrder } = this.#keys;
    const found: StatePiece[] = [];
    let size = 0;
    let last = after;
    for (;;) {
      const bound = last === null ? '-' : `(${pieceField(last)}`;
      const args = [bound, '+', PIECES_AT_ONCE];
      const answer = asList(await listDocuments2.run(this.#connection, [pieces, pieceOrder], args));
      for (let index = 0; index < answer.length; index += 2) {
        const name = pieceName(asText(answer[index]));
        const value = unseal(asBytes(answer[index + 1]), `a piece of the state (${name.group} ${name.key})`);
        if (found.length > 0 && size + value.length > bytes) return found;
        found.push({ ...name, value });
        size += value.length;
        last = name;
      }
      if (answer.length < 2 * PIECES_AT_ONCE) return found;
    }
  }
}

/** Pieces that one question brings. */
const PIECES_AT_ONCE = 500;

/** Groups come in order, and their keys within them. A group's name has no NUL. */
function pieceField({ group, key }: PieceName): string {
  return `${group}\0${key}`;
}

function pieceName(field: string): PieceName {
  const end = field.indexOf('\0');
  return { group: field.slice(0, end), key: field.slice(end + 1) };
}

function addState(frames: Frames, state: Commit['state']): void {
  if (state === null) {
    frames.add(0);
    return;
  }
  frames.add(1, state.dropped.length, ...state.dropped, state.pieces.length);
  for (const { value, ...name } of state.pieces) {
    frames.add(pieceField(name));
    if (value === null) frames.add(0);
    else frames.add(1, seal(value));
  }
}

/** In the order in which the script takes them. */
function framesOf(epoch: number, { position, state, alerts, documents }: Commit): Frames {
  const frames = new Frames();
  frames.add(epoch, position);
  addState(frames, state);
  addAlerts(frames, alerts);
  frames.add(documents.length);
  for (const { kind, key, value } of documents) {
    frames.add(documentField(kind, key));
    if (value === null) frames.add(0);
    else frames.add(1, seal(value));
  }
  return frames;
}
