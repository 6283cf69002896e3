import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { bundleScript } from '../../test/support/script.ts';

/** Touching the stream makes the descriptor non-blocking, so that it refuses what does not fit into the pipe. */
const WRITER = `
  import { processIo } from './cli/io.ts';
  const io = processIo(new AbortController().signal);
  void process.stdout.writable;
  try {
    for (;;) await io.stdout.write(Buffer.alloc(1 << 20));
  } catch (error) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    console.error((error as Error).name);
  }
`;

describe('standard output', () => {
  it('ends in one quiet error when its reader goes away', async () => {
    using script = await bundleScript(WRITER);
    const child = spawn(process.execPath, [script.path], { env: script.env });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'PipeClosed\n' });
  });
});
