/** Lamina on a machine: the program of `worker.ts`, started there once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import type { Ended, RunLamina } from '../../support/in-this-process.ts';

export interface Request {
  readonly argv: readonly string[];
  /** In base64. */
  readonly stdin: string | undefined;
}

export interface LaminaThere extends AsyncDisposable {
  readonly run: RunLamina;
}

const REPOSITORY = process.cwd();

/**
 * @param wrapper before the command line
 * @param root the store
 */
export async function startWorker(wrapper: readonly string[], root: string): Promise<LaminaThere> {
  const program = await bundled();
  const [command = '', ...args] = [...wrapper, process.execPath, program];
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, LAMINA_ROOT: root, NO_COLOR: '1' };
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = once(child, 'exit');
  return {
    run: async (argv, stdin) => {
      const request: Request = { argv, stdin: stdin && Buffer.from(stdin).toString('base64') };
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = await answers.next();
      if (answer.done === true) throw new Error(`lamina ended with ${await exited}`);
      return JSON.parse(answer.value) as Ended;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
      rmSync(program, { force: true });
    },
  };
}

/** Where it finds the packages and the built runner. */
async function bundled(): Promise<string> {
  const outfile = join(REPOSITORY, `node_modules/.cache/worker-${process.pid}-${Date.now()}.mjs`);
  await build({
    entryPoints: [resolve(REPOSITORY, 'test/conformance/isolations/worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22.15',
    format: 'esm',
    external: ['koffi', 'esbuild'],
    logLevel: 'error',
  });
  return outfile;
}
