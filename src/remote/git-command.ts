/**
 * Runs the host's git in isolation: without configuration of the machine or the user, hooks, templates and prompts, and
 * with network protocols only. Credentials of the URL are passed in the environment: every user of the machine can read
 * arguments.
 */
import { spawn } from 'node:child_process';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { maskSecrets, redactUrls } from '../http/index.ts';
import { type GitAccess, loginOf, sshEnvironment } from './git-access.ts';
import { hintForGit } from './git-hint.ts';

const PASSED_ON =
  /^(?:PATH|LANG|GIT_SSL_CAINFO|SSL_CERT_FILE|SSL_CERT_DIR|(?:https?|no|all)_proxy)$/i;
const MAX_OUTPUT = 64 << 20;
const TAIL_LINES = 8;
/** Lines of git, ssh and servers that state no reason. The first of the other lines is the cause. */
const BESIDES = /^(?:warning|remote|hint|cloning into|from|submodule)\b/i;

export interface GitSettings {
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
  readonly access: GitAccess;
  /** Receives git's progress output. */
  readonly onOutput?: ((data: Uint8Array) => void) | undefined;
}

export class GitCommand {
  /** Without credentials. */
  readonly remote: string;
  readonly #settings: GitSettings;
  readonly #env: Record<string, string>;
  readonly #secrets: readonly string[];

  constructor(remote: string, settings: GitSettings) {
    const { bare, config, secrets } = loginOf(remote, settings.access);
    this.remote = bare;
    this.#settings = settings;
    this.#secrets = secrets;
    this.#env = environmentOf(settings, config);
  }

  /** @returns git's output; undefined if it failed */
  async attempt(args: readonly string[], cwd: string): Promise<string | undefined> {
    const result = await this.#execute(args, cwd);
    return result.status === 0 ? result.output : undefined;
  }

  /** @throws AppError GIT_FAILED, GIT_MISSING */
  async run(args: readonly string[], cwd: string): Promise<string> {
    const { status, output, errors } = await this.#execute(args, cwd);
    if (status === 0) return output;
    const lines = this.#redacted(errors)
      .trim()
      .split(/[\r\n]+/);
    const tail = lines.slice(-TAIL_LINES);
    const reason = tail.find((line) => !BESIDES.test(line)) ?? tail.at(-1) ?? '';
    throw new AppError('GIT_FAILED', `git ${args[0] ?? ''} of ${this.remote} failed: ${reason}`, {
      hint: hintForGit(tail.join('\n')),
      // The message already contains a single line.
      ...(tail.length > 1 && { details: { outputTail: tail } }),
    });
  }

  #redacted(text: string): string {
    return maskSecrets(redactUrls(text), this.#secrets);
  }

  #execute(args: readonly string[], cwd: string) {
    const { signal, onOutput } = this.#settings;
    // By whole lines: a secret may be split over two chunks.
    let begun = '';
    const tell = (text: string) => {
      if (text !== '') onOutput?.(Buffer.from(this.#redacted(text), 'latin1'));
    };
    signal?.throwIfAborted();
    return new Promise<{ status: number | null; output: string; errors: string }>(
      (resolve, reject) => {
        const child = spawn('git', args, {
          cwd,
          env: this.#env,
          stdio: ['ignore', 'pipe', 'pipe'],
          ...(signal === undefined ? {} : { signal, killSignal: 'SIGTERM' }),
        });
        const output: Buffer[] = [];
        const errors: Buffer[] = [];
        let size = 0;
        child.stdout.on('data', (data: Buffer) => {
          size += data.length;
          if (size > MAX_OUTPUT) child.kill();
          else output.push(data);
        });
        child.stderr.on('data', (data: Buffer) => {
          if (errors.length < 10_000) errors.push(data);
          begun += data.toString('latin1');
          const end = Math.max(begun.lastIndexOf('\n'), begun.lastIndexOf('\r')) + 1;
          tell(begun.slice(0, end));
          begun = begun.slice(end);
        });
        child.on('error', (error) =>
          reject(signal?.aborted === true ? signal.reason : startFailure(error)),
        );
        child.on('close', (status) => {
          tell(begun);
          resolve({
            status,
            output: Buffer.concat(output).toString('utf8'),
            errors: Buffer.concat(errors).toString('utf8'),
          });
        });
      },
    );
  }
}

function startFailure(error: Error): unknown {
  // EACCES: a file of this name that nobody may execute.
  if (!('code' in error) || (error.code !== 'ENOENT' && error.code !== 'EACCES')) return error;
  return new AppError(
    'GIT_MISSING',
    'fetching a git repository needs git, which is not installed',
    {
      hint: 'install it (apt-get install git), or use a directory or an archive instead',
      cause: error,
    },
  );
}

function environmentOf(
  { env: host, access }: GitSettings,
  login: readonly (readonly [string, string])[],
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(host)) {
    if (value !== undefined && PASSED_ON.test(name)) env[name] = value;
  }
  const config = [
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['core.autocrlf', 'false'],
    ['init.defaultBranch', 'master'],
    ['advice.detachedHead', 'false'],
    ['gc.auto', '0'],
    ['submodule.fetchJobs', '4'],
    ...login,
  ] as const;
  config.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return {
    ...env,
    ...sshEnvironment(host, access),
    GIT_CONFIG_COUNT: String(config.length),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TEMPLATE_DIR: '',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_ALLOW_PROTOCOL: 'git:http:https:ssh',
    LC_ALL: 'C',
  };
}
