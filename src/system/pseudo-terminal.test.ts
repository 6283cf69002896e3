import { closeSync, readSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { expect, test } from 'vitest';
import { openPseudoTerminal } from './pseudo-terminal.ts';

test('what is written to the terminal is read at the other end', () => {
  const { masterFd, slaveFd } = openPseudoTerminal();
  expect(isatty(slaveFd)).toBe(true);
  writeSync(slaveFd, 'a\n');
  const buffer = Buffer.alloc(10);
  const count = readSync(masterFd, buffer);
  expect(buffer.toString('utf8', 0, count)).toBe('a\r\n');
  closeSync(slaveFd);
  closeSync(masterFd);
});
