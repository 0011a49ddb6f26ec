import { RE2JS } from 're2js';
import type { Value } from '../../../event/value.js';
import type { Body } from '../evaluator.js';

type Pattern = { readonly compiled: RE2JS } | { readonly fault: 'type_mismatch' | 'invalid_argument' };

/**
 * REGEXP_LIKE(text, pattern): whether the RE2 pattern is found in the text, in time linear in it (R. Cox, "Regular Expression
 * Matching in the Wild", 2010). A constant pattern is compiled once; of one from the data the last is kept.
 */
export function regexpLike(constant: { readonly value: Value } | null): Body {
  let text: Value = constant?.value ?? null;
  let pattern = prepare(text);
  return ([subject, written], faults) => {
    if (written !== text) {
      text = written!;
      pattern = prepare(text);
    }
    if ('fault' in pattern) return faults.note(pattern.fault);
    return typeof subject === 'string'
      ? pattern.compiled.matcher(subject).find()
      : faults.note('type_mismatch');
  };
}

function prepare(text: Value): Pattern {
  if (typeof text !== 'string') return { fault: 'type_mismatch' };
  try {
    return { compiled: RE2JS.compile(text) };
  } catch {
    // No RE2 pattern: it is counted where it is used.
    return { fault: 'invalid_argument' };
  }
}
