import { setImmediate as breathe } from 'node:timers/promises';
import { StoreError } from '../store.js';
import type { Database } from './database.js';
import type { Need, Room } from './room.js';
import { Step } from './step.js';

/** Puts its writes into the step, or throws and writes nothing. */
export type Task<T> = (step: Step) => T | Promise<T>;

interface Waiting {
  readonly need: Need;
  /** About how many bytes it brings. */
  readonly size: number;
  readonly run: Task<unknown>;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** What one write to the disk takes at most: bytes, and tasks. */
const STEP_SIZE = 16 * 1024 * 1024;
const STEP_TASKS = 1_000;

/**
 * The one writer. Tasks run one after the other in the order of the calls, each on what those before it left. All that wait
 * share one write and one sync, and are answered when it is on disk.
 */
export class Writer {
  readonly #database: Database;
  readonly #room: Room;
  #waiting: Waiting[] = [];
  #working: Promise<void> | null = null;
  #isClosed = false;

  constructor(database: Database, room: Room) {
    this.#database = database;
    this.#room = room;
  }

  /** Resolves with the task's answer when its writes are durable. Throws what the task throws; StoreError `full`, `unavailable`. */
  run<T>(need: Need, size: number, run: Task<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new StoreError('unavailable', 'the store is closed'));
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ need, size, run, resolve: (answer) => resolve(answer as T), reject });
      this.#working ??= this.#work();
    });
  }

  /** Takes no more tasks; resolves when those that wait are done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#working;
  }

  async #work(): Promise<void> {
    // Calls made in the same turn go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const tasks = this.#take();
      try {
        await this.#write(tasks);
      } catch (error) {
        for (const { reject } of tasks) reject(error);
      }
    }
    this.#working = null;
  }

  #take(): readonly Waiting[] {
    let size = 0;
    let count = 0;
    for (const task of this.#waiting) {
      size += task.size;
      if (count > 0 && (size > STEP_SIZE || count === STEP_TASKS)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #write(tasks: readonly Waiting[]): Promise<void> {
    await this.#room.look(tasks.reduce((sum, { size }) => sum + size, 0));
    const step = new Step();
    const answers: (() => void)[] = [];
    for (const { need, size, run, resolve, reject } of tasks) {
      try {
        this.#room.check(need, step.size + size);
        const own = new Step(step);
        const running = run(own);
        const answer = running instanceof Promise ? await running : running;
        step.merge(own);
        answers.push(() => resolve(answer));
      } catch (error) {
        reject(error);
      }
    }
    if (!step.isEmpty) {
      try {
        await this.#database.write(step);
      } catch (error) {
        throw await this.#room.explain(error);
      }
      this.#room.note(step.size);
    }
    for (const answer of answers) answer();
    // Readers get their turn between two writes.
    await breathe();
  }
}
