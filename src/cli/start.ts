/**
 * What `lamina` runs first: loads the command, `command.js` beside it, with the code that V8 compiled of it when
 * lamina was built. Compiling is a good part of what a cached build costs. Code of another V8, or none, only means
 * that the command is compiled now. See docs/performance.md.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCommand } from './load-command.ts';

const file = join(dirname(fileURLToPath(import.meta.url)), 'command.js');
loadCommand(file, compiledCode(`${file}.compiled`)).run();

function compiledCode(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
