/** Commits of git repositories: resolves refs and checks out files. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { GitCommand, type GitSettings } from './git-command.ts';

export interface GitSource {
  readonly remote: string;
  /** Branch, tag, full name or commit; undefined: the remote's HEAD. */
  readonly ref: string | undefined;
  /** The expected commit, or its first digits. */
  readonly checksum: string | undefined;
  /** Use the checksum even if the remote's ref points to another commit. */
  readonly fetchByCommit?: boolean | undefined;
}

export interface ResolvedCommit {
  /** 40 (or 64) hex digits. */
  readonly commit: string;
  /** What to fetch: a full name, `HEAD`, or the commit. */
  readonly fetch: string;
  /** The full ref name of the commit in a kept `.git`, if it is not `fetch`. */
  readonly name?: string | undefined;
}

export interface CheckoutOptions extends GitSettings {
  /** An empty directory. */
  readonly directory: string;
  readonly keepGitDir: boolean;
  readonly submodules: boolean;
}

export interface Checkout {
  /** Seconds since the epoch. */
  readonly commitTime: number;
}

const SHA256_DIGITS = 64;
/** Commit ids are SHA-1 or SHA-256. */
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Resolves a ref to a commit; asks the remote unless the ref is a commit id.
 *
 * @param cwd any directory outside a repository
 * @throws AppError GIT_REF_NOT_FOUND, GIT_CHECKSUM, GIT_FAILED, GIT_MISSING
 */
export async function resolveCommit(
  source: GitSource,
  cwd: string,
  settings: GitSettings,
): Promise<ResolvedCommit> {
  const { ref, checksum } = source;
  const git = new GitCommand(source.remote, settings);
  const resolved = pinned(source, git.remote) ?? (await ask(git, ref ?? 'HEAD', { checksum, cwd }));
  if (checksum !== undefined && !isPrefix(checksum, resolved.commit)) {
    throw new AppError(
      'GIT_CHECKSUM',
      `${ref ?? 'HEAD'} of ${git.remote} is commit ${resolved.commit}, not ${checksum}`,
      { hint: 'the ref has moved: find out why before you update the checksum' },
    );
  }
  return resolved;
}

/** A commit that needs no request. The ref is then used only as a name in a kept `.git`. */
function pinned(
  { ref, checksum, fetchByCommit }: GitSource,
  remote: string,
): ResolvedCommit | undefined {
  if (ref !== undefined && COMMIT.test(ref)) return { commit: ref, fetch: ref };
  if (!fetchByCommit) return undefined;
  if (checksum === undefined || !COMMIT.test(checksum)) {
    throw new AppError('GIT_CHECKSUM', `fetch-by-commit of ${remote} needs a full commit ID`, {
      expected: 'checksum= with 40 (or 64) hexadecimal digits, lower case',
      hint: 'set checksum=, or remove fetch-by-commit',
    });
  }
  if (ref === undefined) return { commit: checksum, fetch: checksum };
  return {
    commit: checksum,
    fetch: checksum,
    name: ref.startsWith('refs/') ? ref : `refs/heads/${ref}`,
  };
}

function isPrefix(checksum: string, commit: string): boolean {
  return /^[0-9a-f]{7,}$/i.test(checksum) && commit.startsWith(checksum.toLowerCase());
}

interface Question {
  readonly checksum: string | undefined;
  readonly cwd: string;
}

async function ask(
  git: GitCommand,
  ref: string,
  { checksum, cwd }: Question,
): Promise<ResolvedCommit> {
  const patterns = ref === 'HEAD' ? ['HEAD'] : [ref, `${ref}^{}`];
  const listing = await git.run(['ls-remote', '--', git.remote, ...patterns], cwd);
  const found = new Map(
    listing.split('\n').flatMap((line) => {
      const [commit = '', name = ''] = line.split('\t');
      return COMMIT.test(commit) ? [[name, commit] as const] : [];
    }),
  );
  const plain = ref.replace(/^refs\//, '');
  for (const name of [ref, `refs/heads/${ref}`, `refs/tags/${ref}`, `refs/${plain}`]) {
    const commit = found.get(`${name}^{}`) ?? found.get(name);
    if (commit !== undefined) return { commit, fetch: name };
  }
  if (checksum !== undefined && COMMIT.test(checksum)) return { commit: checksum, fetch: checksum };
  throw new AppError('GIT_REF_NOT_FOUND', `${git.remote} has no ref '${ref}'`, {
    expected: 'a branch, a tag, or a full commit ID',
    hint: /^(?:[0-9a-f]{4,39}|[0-9a-f]{41,63})$/.test(ref)
      ? 'give all digits of the commit: 40, or 64 if the repository uses SHA-256'
      : `list the refs: git ls-remote ${git.remote}`,
  });
}

/**
 * Fetches one commit, with as little history as the server allows, and checks out its files.
 *
 * @throws AppError GIT_FAILED, GIT_MISSING
 */
export async function checkOut(
  remote: string,
  { commit, fetch, name }: ResolvedCommit,
  options: CheckoutOptions,
): Promise<Checkout> {
  const { directory } = options;
  const git = new GitCommand(remote, options);
  const format = commit.length === SHA256_DIGITS ? ['--object-format=sha256'] : [];
  await git.run(['init', '-q', ...format, '.'], directory);
  await git.run(['remote', 'add', '--', 'origin', git.remote], directory);
  await fetchCommit(git, { commit, fetch }, directory);
  if (name !== undefined) await git.run(['update-ref', '--', name, commit], directory);
  await git.run(['checkout', '-q', '--force', '--detach', commit], directory);
  if (options.submodules && existsSync(join(directory, '.gitmodules'))) {
    await fetchSubmodules(git, directory);
  }
  const time = await git.run(['show', '-s', '--format=%ct', commit], directory);
  if (!options.keepGitDir) await rm(join(directory, '.git'), { recursive: true, force: true });
  return { commitTime: Number(time.trim()) };
}

/**
 * Dumb HTTP servers support no depth, and some servers provide only the newest commits. The command is a script: an image
 * without a shell has git, but not this part of it.
 */
async function fetchSubmodules(git: GitCommand, directory: string): Promise<void> {
  const update = ['submodule', 'update', '-q', '--init', '--recursive'];
  const shallow = await git.attempt([...update, '--depth=1'], directory);
  if (shallow === undefined) await git.run(update, directory);
}

async function fetchCommit(
  git: GitCommand,
  { commit, fetch }: ResolvedCommit,
  directory: string,
): Promise<void> {
  const shallow = ['fetch', '-q', '--depth=1', '--no-tags', '--force'];
  const spec = fetch.startsWith('refs/tags/') ? `${fetch}:${fetch}` : fetch;
  const isThere = async () =>
    (await git.attempt(['cat-file', '-e', `${commit}^{commit}`], directory)) !== undefined;
  const tries: readonly (readonly string[])[] = [
    [...shallow, 'origin', spec],
    // The ref has moved since it was resolved, or the server does not serve commits by id.
    ...(fetch === commit ? [] : [[...shallow, 'origin', commit]]),
  ];
  for (const args of tries) {
    if ((await git.attempt(args, directory)) !== undefined && (await isThere())) return;
  }
  const all = ['fetch', '-q', '--tags', '--force'];
  await git.run([...all, 'origin', '+refs/heads/*:refs/remotes/origin/*'], directory);
  if (await isThere()) return;
  throw new AppError('GIT_REF_NOT_FOUND', `${git.remote} has no commit ${commit}`, {
    hint: 'only commits of a branch or tag can be fetched',
  });
}
