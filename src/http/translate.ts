import { RuntimeError } from '../runtime/error.js';
import { StoreError, type StoreErrorCode } from '../store/store.js';
import { textErrors } from './diagnostics.js';
import { Problem, type ProblemCode, type ProblemError } from './problem.js';

/** What a store's refusals are to a client, where they come through from a read. */
const OF_STORE: Readonly<Record<StoreErrorCode, ProblemCode>> = {
  duplicate_ids: 'internal_error',
  full: 'store_full',
  trimmed: 'trimmed',
  damaged: 'store_damaged',
  fenced: 'not_ready',
  conflict: 'precondition_failed',
  unavailable: 'store_unavailable',
};

/** What to answer when `error` was thrown. What was not refused on purpose tells nothing of the inside. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof RuntimeError) return ofRuntime(error);
  if (error instanceof StoreError) return new Problem(OF_STORE[error.code], error.message, { cause: error });
  if (error instanceof URIError || (error as { status?: unknown } | null)?.status === 400) {
    return new Problem(
      'malformed_url',
      'the path holds a percent sign that begins no UTF-8 character; write it as %25',
    );
  }
  return new Problem(
    'internal_error',
    'the request could not be carried out; the log of the server says why',
    { cause: error },
  );
}

function ofRuntime(error: RuntimeError): Problem {
  const { text, diagnostics = [], rejected, names, field, retryAfter } = error.detail;
  const errors: ProblemError[] = [];
  const warnings: ProblemError[] = [];
  if (text !== undefined) {
    errors.push(...textErrors(text, diagnostics, 'error'));
    warnings.push(...textErrors(text, diagnostics, 'warning'));
  }
  if (rejected !== undefined)
    errors.push(...rejected.map(({ index, code, message }) => ({ index, code, message })));
  if (field !== undefined)
    errors.push({ code: error.code, message: error.message, pointer: `/${field.replaceAll('.', '/')}` });
  return new Problem(error.code, error.message, {
    errors,
    cause: error,
    members: { ...(names ? { names } : {}), ...(warnings.length > 0 ? { warnings } : {}) },
    ...(retryAfter === undefined
      ? {}
      : { headers: { 'retry-after': String(Math.max(1, Math.ceil(retryAfter / 1_000))) } }),
  });
}
