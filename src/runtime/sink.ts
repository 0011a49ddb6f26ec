/** A destination as it is stored (document kind `destination`, JSON). Times are milliseconds since the epoch, durations milliseconds. */
export interface Destination {
  readonly name: string;
  /** Which sink sends to it. */
  readonly type: 'webhook';
  readonly url: string;
  /** `whsec_` and base64. Never in a GET, a log or a metric. */
  readonly secret: string;
  /** Secrets before a rotation: deliveries are signed with them too until they end. */
  readonly formerSecrets: readonly { readonly secret: string; readonly until: number }[];
  readonly headers: Readonly<Record<string, string>>;
  /** Of one attempt. */
  readonly timeout: number;
  /** The wait before each attempt after the first; their number is how often it is tried again. */
  readonly schedule: readonly number[];
  /** Whether the server's own alerts go there too. */
  readonly serverAlerts: boolean;
  /** Why nothing is sent to it any more (410, or days of failure), or null. A PUT enables it again. */
  readonly disabled: { readonly reason: string; readonly since: number } | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What is sent: the alert's id and its whole body, the same bytes on each attempt. */
export interface Message {
  readonly id: string;
  readonly body: Uint8Array;
}

/** What came of one attempt. 2xx alone is success. */
export interface Outcome {
  /** The answer's status, or null when there was none. */
  readonly status: number | null;
  /** Why there was no answer, or what was wrong with it; null when all is well. */
  readonly error: string | null;
  /** Milliseconds. */
  readonly duration: number;
  /** Retry-After in milliseconds, where the answer had one. */
  readonly retryAfter: number | null;
  /** The beginning of the answer's body, for `POST .../test`. */
  readonly answer: string | null;
}

/** A way out for alerts. One sink serves all destinations of its type. */
export interface Sink {
  /** Refuses what can never be sent to, or must not. Throws RuntimeError `bad_destination`. */
  check(destination: Destination): Promise<void>;
  /** One attempt. Never rejects: a failure is an outcome. `at`: the time of the attempt, for the signature. */
  send(destination: Destination, message: Message, at: number, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

/** The sinks by the type of destination that they serve. */
export interface Sinks {
  readonly webhook?: Sink;
}
