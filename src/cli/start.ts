/**
 * The entry point of `lamina`. It is compiled for old versions of Node.js too, and loads the command only on a Node.js
 * that can run it.
 */
import { join } from 'node:path';
import { compiledCodeDirectory } from './compiled-code-directory.ts';
import { fixedAnswer, printAnswer } from './fixed-answer.ts';
import { loadCommand } from './load-command.ts';
import { nodeProblem } from './required-node.ts';

/** Set when the command is bundled. */
declare const COMMAND_DIGEST: string;

const problem = nodeProblem(process.versions.node);
if (problem === undefined) {
  const answer = fixedAnswer(process.argv.slice(2));
  if (answer === undefined || !printAnswer(import.meta.dirname, answer)) start();
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

function start(): void {
  const file = { path: join(import.meta.dirname, 'command.js'), digest: COMMAND_DIGEST };
  const kind = process.argv.slice(2, 4).includes('build') ? 'build' : 'other';
  // V8 refuses code that was compiled with other flags: those of the installed command, or none.
  const flags = process.execArgv.length === 0 ? '-plain' : '';
  const command = loadCommand(file, compiledCodeDirectory(process.env), `${kind}${flags}`);
  process.on('exit', (status) => {
    if (status === 0) command.keepCompiledCode();
  });
  command.run();
}
