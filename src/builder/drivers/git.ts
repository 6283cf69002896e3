/** Git repositories. The key is the commit; the remote matters only if `.git`, which names it, is kept. */
import { openContext } from '../../context/index.ts';
import { AppError, faultIn } from '../../errors.ts';
import type { GitOp } from '../../graph/index.ts';
import { cacheKey } from '../../graph/index.ts';
import { redactUrls } from '../../http/index.ts';
import { LayerWriter } from '../../layers/index.ts';
import {
  checkOut,
  checkoutItems,
  type GitAccess,
  type ResolvedCommit,
  resolveCommit,
} from '../../remote/index.ts';
import type { OpDriver, StepContext, VertexResult } from '../../solver/index.ts';
import type { Store } from '../../store/index.ts';
import type { SourceSession } from '../session/session.ts';
import { keepLayer, withStagedLayer } from './own-layer.ts';

const NOTHING_BELOW: VertexResult = { layers: [], ownLayer: undefined, addedBytes: 0, created: 0 };

export function gitDriver(session: SourceSession): OpDriver {
  return {
    recorded: true,
    key: async (step) => {
      const resolved = await step.working(() => resolve(session, step).catch(faultInSource));
      return {
        key: keyFor(gitOp(step), resolved),
        content: [resolved.commit],
        execute: (timed) =>
          timed.working(() => makeLayer(session, timed, resolved).catch(faultInSource)),
      };
    },
    execute: (step) =>
      step.working(async () =>
        resolve(session, step)
          .then((resolved) => makeLayer(session, step, resolved))
          .catch(faultInSource),
      ),
  };
}

/** A commit that does not match the checksum: the checksum may be wrong. */
function faultInSource(error: unknown): never {
  const isChecksum = error instanceof AppError && error.code === 'GIT_CHECKSUM';
  return faultIn(isChecksum ? 'checksum' : 'source:0')(error);
}

/** Commits of this build by remote and ref: all its steps see one state, and the remote is asked once. */
const answers = new WeakMap<Store, Map<string, ResolvedCommit>>();

async function resolve(session: SourceSession, step: StepContext): Promise<ResolvedCommit> {
  const { store, env } = session;
  const op = gitOp(step);
  const answered = answers.get(store) ?? new Map<string, ResolvedCommit>();
  answers.set(store, answered);
  const name = JSON.stringify([op.remote, op.ref, op.checksum, op.fetchByCommit ?? false]);
  const known = answered.get(name);
  if (known !== undefined) return known;
  const access = await accessTo(session, op);
  const cwd = await store.temporaryDirectory();
  const resolved = await resolveCommit(op, cwd, { env, access, signal: step.signal });
  answered.set(name, resolved);
  return resolved;
}

async function makeLayer(
  session: SourceSession,
  step: StepContext,
  resolved: ResolvedCommit,
): Promise<VertexResult> {
  const { remote, subdir, keepGitDir, submodules, commitTime } = gitOp(step);
  const directory = await session.store.temporaryDirectory();
  const info = session.stepOf(step.vertex.id);
  const { signal } = step;
  const checkedOut = await checkOut(remote, resolved, {
    directory,
    keepGitDir,
    submodules,
    env: session.env,
    access: await accessTo(session, gitOp(step)),
    signal,
    onOutput: (data) =>
      session.emit({ kind: 'step.log', time: session.now(), step: info, stream: 'stderr', data }),
  });
  const time = commitTime ? checkedOut.commitTime : undefined;
  return withStagedLayer(session, async (staged) => {
    using writer = LayerWriter.create(staged.directory);
    using tree = openContext({ directory });
    await writer.addAll(checkoutItems(tree, { subdir, keepGitDir, time }), { signal });
    const { size, files } = writer.finish();
    return keepLayer(session, staged, NOTHING_BELOW, { form: 'tar', size, files, times: 'set' });
  });
}

async function accessTo({ logins }: SourceSession, { remote }: GitOp): Promise<GitAccess> {
  return (await logins?.git(remote)) ?? {};
}

function keyFor(op: GitOp, { commit, fetch, name }: ResolvedCommit): string {
  const { kind, subdir, keepGitDir, submodules, commitTime } = op;
  const keptRemote = keepGitDir ? `${redactUrls(op.remote)}#${name ?? fetch}` : undefined;
  return cacheKey({
    op: { kind, subdir, submodules, commitTime, keptRemote },
    content: [commit],
  });
}

function gitOp(step: StepContext): GitOp {
  if (step.vertex.op.kind !== 'git') throw new Error('not a git source');
  return step.vertex.op;
}
