/** A line typed on a terminal that does not show it: a password. */
import type { ReadStream } from 'node:tty';
import { AbortedError } from '../errors.ts';

const CONTROL_C = '\x03';
const CONTROL_D = '\x04';
const CONTROL_U = '\x15';

/**
 * @param ask called when nothing that is typed is shown any more
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
        // In raw mode the terminal makes no signal of it.
        if (character === CONTROL_C) throw new AbortedError();
        if (character === CONTROL_U) text = '';
        else if (character === '\x7f' || character === '\b') text = [...text].slice(0, -1).join('');
        else text += character;
      }
    }
    return undefined;
  } finally {
    // A signal has closed it; then Node sets its mode back at the end.
    if (!terminal.destroyed) {
      terminal.setRawMode(wasRaw);
      terminal.pause();
    }
  }
}
