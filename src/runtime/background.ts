import type { Store } from '../store/store.js';
import type { Clock } from './clock.js';
import type { DeliveryTally } from './delivery-tally.js';
import type { Destinations } from './destinations.js';
import type { Log } from './log.js';
import type { Sinks } from './sink.js';

/** Something that works beside the requests until it is closed: the dispatcher. */
export interface Background {
  /** New deliveries may be due. */
  wake(): void;
  /** Ends what is under way, in bounded time. */
  close(): Promise<void>;
}

/** What a dispatcher is made of. */
export interface DispatchParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly destinations: Destinations;
  readonly sinks: Sinks;
  /** Counts what comes of deliveries. */
  readonly tally: DeliveryTally;
}
