/** `.dockerignore` files: parses patterns with their lines, and decides on paths, with the line that decides. */
import { AppError, locate, type SourceLocation } from '../errors.ts';
import {
  type BytePath,
  cleanPattern,
  type HiddenBy,
  PathPatterns,
  type PatternState,
} from '../files/index.ts';

export interface IgnorePattern {
  /** As written, without surrounding spaces. */
  readonly text: string;
  /** Normalised: relative and clean, with its `!`. */
  readonly pattern: string;
  /** Counts from 1. */
  readonly line: number;
}

export interface IgnoreFile {
  /** Name for messages. */
  readonly file: string;
  readonly text: string;
  readonly patterns: readonly IgnorePattern[];
}

/**
 * Parses an ignore file. Comments start in the first column; spaces around a pattern are ignored; a leading slash is
 * dropped, since every pattern starts at the root of the context.
 */
export function parseDockerignore(text: string, file = '.dockerignore'): IgnoreFile {
  const patterns: IgnorePattern[] = [];
  const lines = text.replace(/^\ufeff/, '').split('\n');
  lines.forEach((content, index) => {
    if (content.startsWith('#')) return;
    const written = content.trim();
    if (written !== '')
      patterns.push({ text: written, pattern: normalise(written), line: index + 1 });
  });
  return { file, text, patterns };
}

function normalise(written: string): string {
  const negated = written.startsWith('!');
  let body = negated ? written.slice(1).trim() : written;
  if (body !== '') body = cleanPattern(body);
  if (body.length > 1 && body.startsWith('/')) body = body.slice(1);
  return negated ? `!${body}` : body;
}

export interface IgnoreDecision {
  readonly ignored: boolean;
  /** The pattern that decided last; undefined if none matched. */
  readonly decidedBy: IgnorePattern | undefined;
  readonly state: PatternState;
}

/** Decides which paths of a context are ignored. */
export class IgnoreMatcher {
  readonly file: IgnoreFile;
  readonly #patterns: PathPatterns;

  /** @throws AppError PATTERN_INVALID with the line of the ignore file */
  constructor(file: IgnoreFile) {
    this.file = file;
    try {
      this.#patterns = new PathPatterns(file.patterns.map((pattern) => pattern.pattern));
    } catch (error) {
      throw located(error, file);
    }
  }

  /** Decides on a path, given the state of its directory; `undefined` for entries of the root. */
  step(path: BytePath, parent: PatternState): IgnoreDecision {
    const { matched, decidedBy, state } = this.#patterns.step(path, parent);
    return { ignored: matched, decidedBy: this.#pattern(decidedBy), state };
  }

  /** Decides on a path; decides on its parents first. */
  decide(path: BytePath): IgnoreDecision {
    const { matched, decidedBy, state } = this.#patterns.decide(path);
    return { ignored: matched, decidedBy: this.#pattern(decidedBy), state };
  }

  /** The line that ignores a path; undefined if it is included. */
  hiddenBy(path: BytePath): HiddenBy | undefined {
    const { ignored, decidedBy } = this.decide(path);
    if (!ignored || decidedBy === undefined) return undefined;
    return { file: this.file.file, line: decidedBy.line, pattern: decidedBy.text };
  }

  /** Whether an exception may include anything below an ignored directory. */
  mayTakeBackBelow(directory: BytePath): boolean {
    return this.#patterns.mayTakeBackBelow(directory);
  }

  #pattern(index: number | undefined): IgnorePattern | undefined {
    return index === undefined ? undefined : this.file.patterns[index];
  }
}

function located(error: unknown, file: IgnoreFile): unknown {
  if (!(error instanceof AppError)) return error;
  const index = error.details?.index;
  const pattern = typeof index === 'number' ? file.patterns[index] : undefined;
  return pattern === undefined ? error : locate(error, lineLocation(file, pattern.line));
}

function lineLocation(file: IgnoreFile, line: number): SourceLocation {
  const lines = file.text.split('\n');
  const offset = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const length = (lines[line - 1] ?? '').trimEnd().length;
  return {
    file: file.file,
    text: file.text,
    range: {
      start: { line, column: 1, offset },
      end: { line, column: length + 1, offset: offset + length },
    },
  };
}
