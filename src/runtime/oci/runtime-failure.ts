/** Tells a runtime's own errors, when it could not start the process, from output of the process. */
import { readFileSync, statSync } from 'node:fs';
import { AppError } from '../../errors.ts';
import { notExecutable, notFound, notStarted, wrongFormat } from '../process/start-errors.ts';
import { limitFailure, mountFailure } from './refused-settings.ts';

/** The log that a runtime writes beside the process's output: one JSON object a line. */
export class RuntimeLog {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The errors so far. */
  errors(): string[] {
    if ((statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) === 0) return [];
    return readFileSync(this.path, 'utf8').split('\n').flatMap(errorMessage);
  }

  /**
   * A runtime repeats its error on the standard error that it shares with the process. It writes the log first, so
   * errors in the log can be removed from the output.
   */
  withoutErrors(chunk: Buffer): Buffer {
    for (const message of this.errors()) {
      const line = Buffer.from(`${message}\n`);
      if (chunk.subarray(-line.length).equals(line)) return chunk.subarray(0, -line.length);
    }
    return chunk;
  }
}

function errorMessage(line: string): string[] {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null) return [];
    if (!('level' in entry) || !('msg' in entry) || typeof entry.msg !== 'string') return [];
    return entry.level === 'error' || entry.level === 'fatal' ? [entry.msg] : [];
  } catch {
    return [];
  }
}

/**
 * Translates a runtime's error into one of lamina's.
 * @param program the first word of the command that was to be started
 */
export function startFailure(message: string, program: string): AppError {
  // runc quotes the name.
  const named = message.includes(program) || message.includes(JSON.stringify(program));
  const aboutProgram = message.includes('exec') && named;
  if (aboutProgram && /no such file or directory|not found in \$PATH/i.test(message)) {
    return notFound(program);
  }
  const isRefused = aboutProgram && /permission denied|is a directory/i.test(message);
  // crun does not name the program here.
  if (isRefused || /^open executable: permission denied/i.test(message)) {
    return notExecutable(program);
  }
  if (/exec format error/i.test(message)) return wrongFormat(program);
  if (/too many open files/i.test(message)) {
    return new AppError('RUNTIME_LIMITS', 'the limit of open files is too low to start a process', {
      hint: 'raise it: --ulimit nofile=1024',
    });
  }
  const rest = message.replace(PREAMBLE, '');
  return mountFailure(rest) ?? limitFailure(rest) ?? notStarted(printable(rest));
}

/** The prefixes of runc's errors. */
const PREAMBLE =
  /^(?:(?:runc run failed|unable to start container process|error during container init): )+/;

function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();
}
