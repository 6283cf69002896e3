/** Git repositories and a git daemon on this machine, for tests. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { accepts, freePort } from './ports.ts';

const ENV = {
  ...process.env,
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
  GIT_AUTHOR_DATE: '2024-01-02T03:04:05Z',
  GIT_COMMITTER_DATE: '2024-01-02T03:04:05Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** Runs git in a directory. */
export function git(directory: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'protocol.allow=always', ...args], {
    cwd: directory,
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** Makes a repository with one commit on the branch main. */
export function makeRepository(
  directory: string,
  files: Readonly<Record<string, string>>,
  format: 'sha1' | 'sha256' = 'sha1',
): void {
  mkdirSync(directory, { recursive: true });
  git(directory, 'init', '-q', '-b', 'main', `--object-format=${format}`, '.');
  commit(directory, files);
}

/** Adds a commit and returns its id. */
export function commit(directory: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  git(directory, 'add', '-A');
  git(directory, 'commit', '-q', '-m', 'change');
  return git(directory, 'rev-parse', 'HEAD');
}

export interface GitDaemon extends AsyncDisposable {
  /** `git://127.0.0.1:port`; paths are relative to the base. */
  readonly url: string;
}

/** Serves all repositories below a directory. */
export async function startGitDaemon(base: string): Promise<GitDaemon> {
  const port = await freePort();
  const program = join(git(base, '--exec-path'), 'git-daemon');
  const listen = ['--reuseaddr', '--listen=127.0.0.1', `--port=${port}`];
  const child = spawn(program, [...listen, '--export-all', `--base-path=${base}`, base], {
    env: ENV,
    stdio: 'ignore',
  });
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (tries > 200 || child.exitCode !== null) throw new Error('git daemon does not answer');
    await setTimeout(25);
  }
  return {
    url: `git://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'close');
      child.kill();
      await ended;
    },
  };
}
