/**
 * Runs command lines of lamina, one after the other, as whoever starts it: lines of JSON come in and go out. A process for
 * each would take most of the time.
 */
import { createInterface } from 'node:readline';
import { processIo } from '../../../src/cli/io.ts';
import { namespaceEntry } from '../../../src/cli/user-namespace.ts';
import { inThisProcess } from '../../support/in-this-process.ts';
import type { Request } from './start-worker.ts';

const io = processIo(new AbortController().signal);
// As the command does.
await namespaceEntry(process.argv, process.env, io)({ isolation: 'auto' });
const run = inThisProcess(process.env.LAMINA_ROOT ?? '');
for await (const line of createInterface({ input: process.stdin })) {
  const { argv, stdin }: Request = JSON.parse(line);
  const ended = await run(argv, stdin === undefined ? undefined : Buffer.from(stdin, 'base64'));
  process.stdout.write(`${JSON.stringify(ended)}\n`);
}
process.exit(0);
