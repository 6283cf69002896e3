/**
 * Files from HTTP(S) servers. The key is the digest of the body: from the Dockerfile if it has one, else found by
 * asking the server whether the last seen version is current.
 */
import { join } from 'node:path';
import { AppError, faultIn } from '../../errors.ts';
import { toBytes } from '../../files/index.ts';
import type { HttpOp } from '../../graph/index.ts';
import { cacheKey, digestOfParts } from '../../graph/index.ts';
import { LayerWriter } from '../../layers/index.ts';
import { type Download, download, type Validators } from '../../remote/index.ts';
import type { Keyed, OpDriver, StepContext, VertexResult } from '../../solver/index.ts';
import type { StagedLayer, Store } from '../../store/index.ts';
import type { SourceSession } from '../session/session.ts';
import { keepLayer, withStagedLayer } from './own-layer.ts';

const FILE_MODE = 0o600;
/** Facts kind: a server's last answer for a URL. The key is a digest, since URLs may contain credentials. */
const SEEN_FACT = 'http-seen';
const NOTHING_BELOW: VertexResult = { layers: [], ownLayer: undefined, addedBytes: 0, created: 0 };

interface Seen extends Validators {
  readonly digest: string;
}

export function httpDriver(session: SourceSession): OpDriver {
  return {
    recorded: true,
    key: (step) => keyOf(session, step).catch(faultInSource),
    execute: (step) => step.working(() => fetchAndKeep(session, step).catch(faultInSource)),
  };
}

/** A body that does not match the checksum: the checksum may be wrong. */
function faultInSource(error: unknown): never {
  const isChecksum = error instanceof AppError && error.code === 'HTTP_CHECKSUM';
  return faultIn(isChecksum ? 'checksum' : 'source:0')(error);
}

/** Digests of this build by URL: all its steps see one version, and the server is asked once. */
const answers = new WeakMap<Store, Map<string, string>>();

async function keyOf(session: SourceSession, step: StepContext): Promise<Keyed> {
  const op = httpOp(step);
  const answered = answers.get(session.store) ?? new Map<string, string>();
  answers.set(session.store, answered);
  const digest = op.checksum ?? answered.get(op.url);
  if (digest !== undefined) return { key: keyFor(op, digest), content: [digest] };
  const asked = await ask(session, step, op);
  answered.set(op.url, asked.digest);
  return asked.keyed;
}

async function ask(
  session: SourceSession,
  step: StepContext,
  op: HttpOp,
): Promise<{ readonly digest: string; readonly keyed: Keyed }> {
  const fact = digestOfParts(op.url);
  const seen = session.store.facts.get<Seen>(SEEN_FACT, fact);
  const known =
    seen !== undefined && (seen.etag ?? seen.lastModified) !== undefined ? seen : undefined;
  const fetched = await step.working(() => fetchFile(session, step, known));
  if (fetched === undefined) {
    const digest = known?.digest ?? '';
    return { digest, keyed: { key: keyFor(op, digest), content: [digest] } };
  }
  const { digest, etag, lastModified } = fetched.download;
  session.store.facts.put(SEEN_FACT, fact, { digest, etag, lastModified });
  const keyed = {
    key: keyFor(op, digest),
    content: [digest],
    discard: () => fetched.staged.discard(),
    execute: (timed: StepContext) => timed.working(() => keep(session, fetched)),
  };
  return { digest, keyed };
}

/** The modification time of a file in its server's last answer; seconds since the epoch. */
export function lastModified({ facts }: Store, url: string): number | undefined {
  const fact = digestOfParts(url);
  const time = Date.parse(facts.get<Seen>(SEEN_FACT, fact)?.lastModified ?? '');
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}

async function fetchAndKeep(session: SourceSession, step: StepContext): Promise<VertexResult> {
  const fetched = await fetchFile(session, step, undefined);
  if (fetched === undefined) throw new Error('an answer to no condition');
  return keep(session, fetched);
}

interface FetchedFile {
  readonly staged: StagedLayer;
  readonly download: Download;
}

/** Downloads into a staged layer; undefined when the known version is current. */
async function fetchFile(
  session: SourceSession,
  step: StepContext,
  known: Validators | undefined,
): Promise<FetchedFile | undefined> {
  const { url, checksum, filename } = httpOp(step);
  const { env, store } = session;
  const path = join(await store.temporaryDirectory(), 'body');
  const authorization = await session.logins?.http(url);
  const request = { env, authorization, signal: step.signal };
  const got = await download(url, { path, known, checksum, ...request });
  if (got === undefined) return undefined;
  return withStagedLayer(session, async (staged) => {
    using writer = LayerWriter.create(staged.directory);
    const { size, mtime } = got;
    const owner = { uid: 0, gid: 0, mode: FILE_MODE };
    const entry = {
      path: toBytes(filename),
      type: 'file',
      ...owner,
      size,
      mtime,
      mtimeNs: 0,
    } as const;
    const content = { hostPath: toBytes(path), offset: 0, size };
    await writer.addAll([{ kind: 'entry', entry, content }], { signal: step.signal });
    writer.finish();
    return { staged, download: got };
  });
}

function keep(session: SourceSession, { staged, download: { size } }: FetchedFile) {
  return keepLayer(session, staged, NOTHING_BELOW, { form: 'tar', size, files: 1, times: 'set' });
}

/** Without the time of the file: it is not part of any copy's key either. */
function keyFor({ kind, filename }: HttpOp, digest: string): string {
  return cacheKey({ op: { kind, filename, mode: FILE_MODE }, content: [digest] });
}

function httpOp(step: StepContext): HttpOp {
  if (step.vertex.op.kind !== 'http') throw new Error('not an HTTP source');
  return step.vertex.op;
}
