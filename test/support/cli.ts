/** Runs the built command on small projects written from an object, each with a separate store. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const COMMAND = resolve(import.meta.dirname, '../../dist/bin/lamina.js');

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunSettings {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | Uint8Array | undefined;
  /** Replaces `node <command>`: for another user, a namespace, a tracer. */
  readonly wrapper?: readonly string[] | undefined;
}

/** A temporary directory for a store and projects; removed with its content on disposal. */
export class Workbench implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'lamina-test-'));
  readonly store: string;

  constructor(options: { readonly store?: string } = {}) {
    this.store = options.store ?? join(this.directory, 'store');
  }

  /** Writes files (path → content) and returns their directory. */
  project(files: Readonly<Record<string, string | Uint8Array>>, name = 'project'): string {
    const directory = join(this.directory, name);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content);
      chmodSync(join(directory, path), 0o644);
    }
    return directory;
  }

  lamina(args: readonly string[], settings: RunSettings = {}): Promise<CommandResult> {
    const [program = process.execPath, ...rest] = [
      ...(settings.wrapper ?? []),
      process.execPath,
      COMMAND,
      ...args,
    ];
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      LAMINA_ROOT: this.store,
      // Whatever builder the developer uses.
      LAMINA_BUILDER: 'default',
      NO_COLOR: '1',
      ...settings.env,
    };
    return execute(program, rest, { ...settings, env });
  }

  /** Runs a command that must succeed; a failure shows its output. */
  async succeed(args: readonly string[], settings: RunSettings = {}): Promise<CommandResult> {
    const result = await this.lamina(args, settings);
    if (result.status !== 0) {
      throw new Error(
        `lamina ${args.join(' ')} ended with ${result.status}:\n${result.stderr}${result.stdout}`,
      );
    }
    const warning = /^\(node:\d+\) .*Warning.*$/m.exec(result.stderr);
    if (warning !== null) throw new Error(`lamina ${args.join(' ')}: Node warned: ${warning[0]}`);
    return result;
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export function execute(
  program: string,
  args: readonly string[],
  settings: Pick<RunSettings, 'cwd' | 'input'> & { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  return new Promise((resolvePromise, reject) => {
    const child = spawn(program, args, { cwd: settings.cwd, env: settings.env ?? process.env });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => stdout.push(data));
    child.stderr.on('data', (data: Buffer) => stderr.push(data));
    child.on('error', reject);
    child.on('close', (status) =>
      resolvePromise({
        status,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      }),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(settings.input);
  });
}

/** The steps a plain progress log reports as cached, and those it reports as run, by instruction. */
export function stepsOf(log: string): { readonly cached: string[]; readonly run: string[] } {
  const names = new Map(
    [...log.matchAll(/^#(\d+) (\[.*)$/gm)].map((match) => [match[1], match[2] ?? '']),
  );
  const ended = (pattern: RegExp) =>
    [...log.matchAll(pattern)].flatMap((match) => {
      const name = names.get(match[1]);
      return name === undefined || name.startsWith('[internal]') ? [] : [name];
    });
  return { cached: ended(/^#(\d+) CACHED$/gm), run: ended(/^#(\d+) DONE /gm) };
}

/** The path of a static busybox for root file systems. @throws Error if there is none */
export function busybox(): string {
  const path = '/bin/busybox';
  if (!existsSync(path)) throw new Error('these tests need busybox-static: run `npm test`');
  return path;
}
