import type { StreamSchema } from '../event/schema.js';
import type { SubjectKey } from '../event/subject.js';
import type { AlertSeverity } from '../language/plan.js';

/** Something worth saying about a text, with its place in the text as it was sent (from 1). */
export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** Which of a rule's alerts are held back: those whose columns `by` are equal, for `for` (`10 MINUTES`) of event time. */
export interface Suppress {
  readonly by: readonly string[];
  readonly for: string;
}

export type Parameters = Readonly<Record<string, string | number | boolean | null>>;

/** What a rule is, apart from its history. */
export interface RuleDefinition {
  readonly name: string;
  /** Made anew when a rule is deleted and made again: part of its alerts' ids. */
  readonly incarnation: string;
  /** From 1, one more with each change of text or options. */
  readonly version: number;
  /** The SELECT in its canonical form. */
  readonly query: string;
  readonly severity: AlertSeverity;
  readonly notify: readonly string[];
  readonly params: Parameters;
  readonly suppress: Suppress | null;
  readonly onUpdate: 'reset' | 'keep' | 'replay';
  readonly enabled: boolean;
  readonly warnings: readonly Warning[];
}

/** A logged change to a stream. `by`: the name of the key that asked for it. */
export type StreamChange =
  | {
      readonly op: 'put';
      readonly name: string;
      readonly version: number;
      /** The CREATE STREAM in its canonical form; null for a stream that was only named. */
      readonly query: string | null;
      readonly schema: StreamSchema;
      readonly warnings: readonly Warning[];
      readonly by: string | null;
    }
  | { readonly op: 'delete'; readonly name: string; readonly by: string | null };

/** A logged change to a rule. */
export type RuleChange =
  | { readonly op: 'put'; readonly rule: RuleDefinition; readonly by: string | null }
  | { readonly op: 'pause' | 'resume' | 'delete'; readonly name: string; readonly by: string | null };

/**
 * Events of a stream that are to be erased: those before this record whose columns have the key's values. Null: they are
 * erased, and what they were is not kept here either.
 */
export interface ErasureChange {
  readonly stream: string;
  readonly key: SubjectKey | null;
  /** The name of the key that asked for it. */
  readonly by: string | null;
}

/**
 * Time that passes on a stream (`language.md` 23). `watermark` null: nothing was ever seen on it, it holds no other stream
 * back. `seen` is the offset of the stream's last event when a tick was made (-1: none): a tick that an event overtook is
 * void. Null: said by a producer, always valid.
 */
export interface TimeChange {
  readonly stream: string;
  readonly watermark: number | null;
  readonly seen: number | null;
}
