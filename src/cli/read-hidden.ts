/** Reads a line without echo on a terminal: a password. */
import type { ReadStream } from 'node:tty';
import { AbortedError } from '../errors.ts';

const CONTROL_C = '\x03';
const CONTROL_D = '\x04';
const CONTROL_U = '\x15';

/**
 * @param ask called when echo is off
 * @returns the line without its end; undefined when the input ends before
 * @throws AbortedError on Ctrl-C
 */
export async function readHidden(
  terminal: ReadStream,
  ask: () => Promise<void>,
): Promise<string | undefined> {
  const wasRaw = terminal.isRaw;
  terminal.setRawMode(true);
  let text = '';
  try {
    await ask();
    for await (const chunk of terminal.iterator({ destroyOnReturn: false })) {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n') return text;
        if (character === CONTROL_D) return text === '' ? undefined : text;
        // In raw mode the terminal sends no signal.
        if (character === CONTROL_C) throw new AbortedError();
        if (character === CONTROL_U) text = '';
        else if (character === '\x7f' || character === '\b') text = [...text].slice(0, -1).join('');
        else text += character;
      }
    }
    return undefined;
  } finally {
    // A signal closed it; Node then restores the mode on exit.
    if (!terminal.destroyed) {
      terminal.setRawMode(wasRaw);
      terminal.pause();
    }
  }
}
