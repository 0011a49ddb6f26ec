import type { Store } from '../store/store.js';
import type { Worker, WorkerState } from './worker.js';

/** Where a partition's worker stands. Offsets; lag in events. */
export interface PartitionStatus {
  readonly partition: number;
  readonly state: WorkerState;
  readonly position: number;
  readonly next: number;
  readonly lag: number;
  /** The epoch of the lease, or null before there was one. */
  readonly epoch: number | null;
}

/** Whether the server can work. `reason` is a stable word, `message` a sentence. */
export interface Status {
  readonly ready: boolean;
  readonly reason: 'starting' | 'catching_up' | 'standby' | 'failed' | 'stopping' | 'store' | null;
  readonly message: string | null;
  readonly partitions: readonly PartitionStatus[];
}

const MESSAGES: Readonly<Record<Exclude<WorkerState, 'running'>, string>> = {
  starting: 'the server is starting',
  catching_up: 'the server is reading its log after a start',
  standby: 'another server owns the log; this one takes over when it ends',
  failed: 'the log cannot be worked on',
  stopped: 'the server is stopping',
};

/** Asks store and workers. Never throws. */
export async function statusOf(
  store: Store,
  workers: readonly Worker[],
  isStopping: boolean,
): Promise<Status> {
  try {
    await store.ping();
    const partitions = await Promise.all(
      workers.map(async ({ state, position, epoch }, partition) => {
        const { next } = await store.bounds(partition);
        return { partition, state, position, next, lag: Math.max(0, next - position), epoch };
      }),
    );
    if (isStopping) {
      return { ready: false, reason: 'stopping', message: MESSAGES.stopped, partitions };
    }
    const worker = workers.find(({ state }) => state !== 'running');
    if (worker === undefined || worker.state === 'running') {
      return { ready: true, reason: null, message: null, partitions };
    }
    const reason = worker.state === 'stopped' ? 'stopping' : worker.state;
    const why = worker.message === null ? '' : `: ${worker.message}`;
    return { ready: false, reason, message: `${MESSAGES[worker.state]}${why}`, partitions };
  } catch (error) {
    const message = `the store does not answer: ${(error as Error).message}`;
    return { ready: false, reason: 'store', message, partitions: [] };
  }
}
