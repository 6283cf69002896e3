/** Remote sources of ADD: files by HTTP(S), git repositories. */
import type { AddInstruction, Word } from '../dockerfile/index.ts';
import { AppError } from '../errors.ts';
import type { GitOp, HttpOp } from '../graph/index.ts';
import { literalPath } from '../graph/index.ts';
import { redactUrls } from '../http/index.ts';
import { type GitUrl, isHttpUrl, parseGitUrl } from '../remote/index.ts';
import { expandOptional } from './expansion.ts';
import type { StagePlan } from './stage-plan.ts';
import type { StageState } from './stage-state.ts';

export interface RemoteText {
  readonly word: Word;
  /** After expansion. */
  readonly text: string;
}

export interface RemoteSource {
  readonly op: HttpOp | GitOp;
  /** Path in the fetched tree to copy; wildcard characters are escaped. */
  readonly path: string;
  readonly unpacks: boolean;
}

const UNNAMED = '__unnamed__';

/**
 * The remote source of a text; undefined when it is a local path.
 *
 * @throws AppError GIT_BAD_URL, PLAN_CHECKSUM
 */
export function remoteSource(
  state: StageState,
  instruction: AddInstruction,
  { plan, source }: { readonly plan: StagePlan; readonly source: RemoteText },
): RemoteSource | undefined {
  const checksum = expandOptional(instruction.checksum, state, plan.options) || undefined;
  const git = parseGitUrl(source.text);
  if (git !== undefined) {
    const op = gitOp(git, plan.options.buildArgs, instruction.keepGitDir);
    refuseContradictions(instruction, { plan, git, checksum });
    return { op: { ...op, checksum: checksum ?? op.checksum }, path: '/', unpacks: false };
  }
  if (!isHttpUrl(source.text)) return undefined;
  if (checksum !== undefined && !/^sha256:[0-9a-f]{64}$/.test(checksum)) {
    throw new AppError('PLAN_CHECKSUM', `'${checksum}' is not a file checksum`, {
      expected: 'sha256: and 64 hexadecimal digits, lower case',
      location: locationOf(instruction, plan),
      hint: 'sha256sum FILE prints the digits',
    });
  }
  const op = httpOp(source.text, checksum);
  return {
    op,
    path: literalPath(op.filename),
    unpacks: instruction.unpack ?? false,
  };
}

/** The operation that fetches a file. */
export function httpOp(url: string, checksum: string | undefined): HttpOp {
  return { kind: 'http', url, checksum, filename: fileName(url) };
}

/** The operation that fetches a URL. */
export function gitOp(
  git: GitUrl,
  buildArgs: ReadonlyMap<string, string>,
  keepGitDir?: boolean | undefined,
): GitOp {
  const kept = buildArgs.get('BUILDKIT_CONTEXT_KEEP_GIT_DIR');
  const { remote, ref, subdir, checksum, commitTime, fetchByCommit } = git;
  return {
    kind: 'git',
    remote,
    ref,
    subdir,
    keepGitDir: keepGitDir ?? git.keepGitDir ?? (kept === '1' || kept === 'true'),
    submodules: git.submodules ?? true,
    checksum,
    commitTime,
    ...(fetchByCommit ? { fetchByCommit } : {}),
  };
}

/** A value in both a flag and the URL must be the same. */
function refuseContradictions(
  instruction: AddInstruction,
  {
    plan,
    git,
    checksum,
  }: {
    readonly plan: StagePlan;
    readonly git: GitUrl;
    readonly checksum: string | undefined;
  },
): void {
  if ((git.keepGitDir ?? instruction.keepGitDir) !== (instruction.keepGitDir ?? git.keepGitDir)) {
    throw new AppError('PLAN_GIT_CONTRADICTION', '--keep-git-dir contradicts the URL', {
      location: instruction.location,
      hint: 'remove keep-git-dir from one of them',
    });
  }
  if (checksum !== undefined && git.checksum !== undefined && checksum !== git.checksum) {
    throw new AppError('PLAN_CHECKSUM', `--checksum says ${checksum}, the URL ${git.checksum}`, {
      location: locationOf(instruction, plan),
      hint: 'remove the checksum from one of them',
    });
  }
}

/**
 * A checksum belongs to one remote source; here-documents beside it do not count.
 *
 * @throws AppError PLAN_CHECKSUM
 */
export function refuseChecksum(
  state: StageState,
  instruction: AddInstruction,
  { plan, sources }: { readonly plan: StagePlan; readonly sources: readonly RemoteText[] },
): void {
  if ((expandOptional(instruction.checksum, state, plan.options) ?? '') === '') return;
  const location = locationOf(instruction, plan);
  const [source, ...others] = sources;
  if (source === undefined || others.length > 0) {
    throw new AppError('PLAN_CHECKSUM', '--checksum works with one source only', {
      location,
      hint: 'use one ADD per source',
    });
  }
  if (isHttpUrl(source.text) || parseGitUrl(source.text) !== undefined) return;
  const message = `--checksum does not work with '${redactUrls(source.text)}'`;
  throw new AppError('PLAN_CHECKSUM', message, {
    location,
    expected: 'an HTTP(S) or git URL',
    hint: 'remove --checksum: the file is local',
  });
}

function locationOf({ checksum, location }: AddInstruction, { options }: StagePlan) {
  return checksum === undefined ? location : options.tree.source.location(checksum.range);
}

/** The last part of the URL's path. */
function fileName(text: string): string {
  const path = pathOf(text);
  const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return name === '' || name === '.' || name === '..' || name.includes('\0') ? UNNAMED : name;
}

function pathOf(text: string): string {
  try {
    return decodeURIComponent(new URL(text).pathname);
  } catch {
    return '';
  }
}
