/**
 * Sources: images, local directories, files of servers, git repositories.
 * https://github.com/moby/buildkit/blob/v0.32.2/client/llb/source.go
 */
import type { GitOp, HttpOp, ImageSource } from '../graph/index.ts';
import { type Digest, type Platform, parseReference } from '../oci/index.ts';
import { type LlbOp, type LlbPlatform, unlessDefault } from './op.ts';

/** The name of an OCI layout of this machine, for images that no registry has. */
export const LAYOUT_NAME = 'lamina';

export function imageSource(
  imageId: Digest,
  { reference, manifestDigest }: Partial<ImageSource>,
  platform: Platform,
): LlbOp {
  const digest = manifestDigest ?? imageId;
  const identifier =
    reference === undefined
      ? `oci-layout://${LAYOUT_NAME}@${digest}`
      : `docker-image://${pinned(reference, manifestDigest)}`;
  return { source: { identifier }, platform: platformOf(platform) };
}

/** A name that already has a digest keeps it: most often it is that of an index. */
function pinned(reference: string, manifestDigest: Digest | undefined): string {
  const isPinned = parseReference(reference).digest !== undefined;
  return isPinned || manifestDigest === undefined ? reference : `${reference}@${manifestDigest}`;
}

export function localSource(name: string): LlbOp {
  return { source: { identifier: `local://${name}` } };
}

export function httpSource({ url, checksum, filename }: HttpOp): LlbOp {
  const attrs = { 'http.checksum': checksum, 'http.filename': filename };
  return { source: { identifier: url, attrs: given(attrs) } };
}

/** The session's owner decides how it logs in. */
export function gitSource(op: GitOp): LlbOp {
  const { remote, ref = '', subdir, keepGitDir, submodules, checksum } = op;
  const fragment = ref === '' && subdir === '' ? '' : `#${ref}${subdir && `:${subdir}`}`;
  const attrs = {
    'git.keepgitdir': keepGitDir ? 'true' : undefined,
    'git.fullurl': remote,
    'git.checksum': checksum,
    'git.skipsubmodules': submodules ? undefined : 'true',
    'git.mtime': op.commitTime ? 'commit' : undefined,
    'git.fetchbycommit': op.fetchByCommit ? 'true' : undefined,
  };
  return { source: { identifier: `git://${hostAndPath(remote)}${fragment}`, attrs: given(attrs) } };
}

/** Without protocol and user: the same repository is the same source, over any protocol. */
function hostAndPath(remote: string): string {
  const [, authority, path] =
    /^[a-z+]+:\/\/(?:[^@/]*@)?([^/]*)\/*(.*)$/i.exec(remote) ??
    /^(?:[^@/]*@)?([^:/]+):\/*(.*)$/.exec(remote) ??
    [];
  return authority === undefined ? remote : `${authority}/${path}`;
}

function given(attrs: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attrs).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

export function platformOf(platform: Platform): LlbPlatform {
  const { os: OS, architecture: Architecture, variant = '', 'os.version': version = '' } = platform;
  return { Architecture, OS, Variant: unlessDefault(variant), OSVersion: unlessDefault(version) };
}
