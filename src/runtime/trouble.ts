import { StoreError } from '../store/store.js';
import { RuntimeError } from './error.js';

/** Waits for the store and says its troubles in the user's terms. Throws RuntimeError `store_full`, `store_unavailable`, `store_damaged`, `trimmed`; what it does not know as it is. */
export async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw translated(error);
  }
}

function translated(error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  switch (error.code) {
    case 'full':
      return new RuntimeError(
        'store_full',
        'the store has no room: nothing was written; make room and send it again',
        { cause: error, retryAfter: 5_000 },
      );
    case 'unavailable':
      return new RuntimeError('store_unavailable', 'the store does not answer; try again', {
        cause: error,
        retryAfter: 1_000,
      });
    case 'damaged':
      return new RuntimeError('store_damaged', `stored data is damaged: ${error.message}`, { cause: error });
    case 'trimmed':
      return new RuntimeError('trimmed', 'the log before that offset is gone', { cause: error });
    default:
      return error;
  }
}
