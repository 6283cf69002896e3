/**
 * The terminal of the process in raw mode, with a screen of its own. Whatever ends or stops the process, the terminal is
 * given back as it was.
 */
import { writeSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import type { Terminal } from '../tui/index.ts';

/** Another screen, no cursor, no wrapping, clicks and wheel of the mouse as SGR sequences. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?1000h\x1b[?1006h\x1b[2J';
const LEAVE = '\x1b[0m\x1b[?1006l\x1b[?1000l\x1b[?7h\x1b[?25h\x1b[?1049l';
/** A stop signal may be one that nothing comes of: then the process just goes on. */
const STOPPED_BY_NOW = 50;

export interface OpenedTerminal extends Terminal, Disposable {}

/** @param signal ends the input */
export function openTerminal(signal: AbortSignal): OpenedTerminal {
  const { stdin, stdout } = process;
  const continued = new Set<() => void>();
  let isOurs = false;
  const enter = () => {
    if (isOurs) return;
    isOurs = true;
    stdin.setRawMode(true);
    writeAll(ENTER);
    for (const listener of continued) listener();
  };
  const leave = () => {
    if (!isOurs) return;
    isOurs = false;
    writeAll(LEAVE);
    // A signal has closed it; then Node sets its mode back at the end.
    if (!stdin.destroyed) stdin.setRawMode(false);
  };
  const stop = () => {
    leave();
    process.off('SIGTSTP', stop);
    process.kill(process.pid, 'SIGTSTP');
    setTimeout(goOn, STOPPED_BY_NOW);
  };
  const goOn = () => {
    if (!process.listeners('SIGTSTP').includes(stop)) process.on('SIGTSTP', stop);
    // After SIGSTOP, which nobody hears, the shell has set the terminal to its own liking.
    if (isOurs) stdin.setRawMode(false);
    isOurs = false;
    enter();
  };
  process.on('SIGTSTP', stop);
  process.on('SIGCONT', goOn);
  process.on('exit', leave);
  enter();
  stdin.setEncoding('utf8');
  return {
    get size() {
      const { columns = 80, rows = 24 } = stdout;
      return { columns: columns || 80, rows: rows || 24 };
    },
    write: writeAll,
    input: inputOf(stdin, signal),
    onResize(listener) {
      stdout.on('resize', listener);
      return () => stdout.off('resize', listener);
    },
    suspend: () => process.kill(0, 'SIGTSTP'),
    onContinue(listener) {
      continued.add(listener);
      return () => continued.delete(listener);
    },
    [Symbol.dispose]() {
      process.off('SIGTSTP', stop);
      process.off('SIGCONT', goOn);
      process.off('exit', leave);
      leave();
      stdin.pause();
    },
  };
}

async function* inputOf(
  stdin: NodeJS.ReadStream,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  addAbortSignal(signal, stdin);
  stdin.on('error', () => undefined);
  for await (const chunk of stdin.iterator({ destroyOnReturn: false })) yield String(chunk);
}

function writeAll(text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // The terminal is gone; the end of the input says so too.
      if (code !== 'EAGAIN') return;
    }
  }
}
