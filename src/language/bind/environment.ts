import type { StreamSchema } from '../../event/schema.js';

/** What a rule is bound against. */
export interface Environment {
  /** The streams that there are, declared or only named. */
  readonly streams: readonly StreamSchema[];
  /** What becomes of a stream that is not among them: it is taken as undeclared, with a warning, or refused. */
  readonly unknownStreams: 'create' | 'refuse';
  /** Whether rows flow, or all are there before they are sorted (language.md 20). */
  readonly input: 'stream' | 'bounded';
  /** The destinations that there are; null: not checked. */
  readonly destinations: ReadonlySet<string> | null;
  /** Values of `:name`. */
  readonly parameters: Readonly<Record<string, string | number | boolean | null>>;
}
