import type { Diagnostic, Span } from '../diagnostic.js';
import { didYouMean } from './names.js';

/** What was found wrong, or worth saying, while a statement is bound: all of it, not the first alone. */
export class Problems {
  readonly #found: Diagnostic[] = [];
  /** How often a near name is still looked for: each time costs as much as there are names. */
  #suggestions = 50;

  /** Notes an error. Gives null, which stands for what could not be bound. */
  error(code: string, span: Span, message: string, hint: string | null = null): null {
    this.#found.push({ code, severity: 'error', message, hint, span });
    return null;
  }

  warn(code: string, span: Span, message: string, hint: string | null = null): void {
    this.#found.push({ code, severity: 'warning', message, hint, span });
  }

  /** `did you mean amount?`, or null when nothing is near, or that was asked often enough for one text. */
  suggest(name: string, candidates: Iterable<string>): string | null {
    return this.#suggestions-- > 0 ? didYouMean(name, candidates) : null;
  }

  get hasErrors(): boolean {
    return this.#found.some(({ severity }) => severity === 'error');
  }

  /** In order of the text, each once. */
  inOrder(): Diagnostic[] {
    const seen = new Set<string>();
    return [...this.#found]
      .sort((a, b) => a.span.start - b.span.start)
      .filter(({ code, message, span }) => {
        const key = `${span.start} ${code} ${message}`;
        return !seen.has(key) && seen.add(key);
      });
  }
}
