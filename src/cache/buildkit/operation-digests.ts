/** The parts of an operation that its cache key covers: digests over JSON of the reduced record. */

import { posix } from 'node:path';
import type {
  LlbAction,
  LlbChown,
  LlbExec,
  LlbFile,
  LlbMerge,
  LlbMount,
  LlbPlatform,
  LlbUser,
} from '../../llb/index.ts';
import { digestOf } from '../../oci/index.ts';
import { goJson } from './go-json.ts';
import { platformMembers } from './keys.ts';

/**
 * Addresses of hosts, proxies, and mount sources are left out: a selector goes with the input.
 * https://github.com/moby/buildkit/blob/v0.32.2/solver/llbsolver/ops/exec.go
 *
 * @returns several if the Dockerfile may have been written in different ways with the same meaning
 */
export function execDigests(exec: LlbExec, platform: LlbPlatform): readonly string[] {
  const { meta, mounts } = exec;
  const hosts = meta.extraHosts?.map(({ Host }) => ({ Host }));
  const kept = { ...meta, proxy_env: undefined, extraHosts: hosts };
  // The same agent may have been named or not.
  const digests = [false, true].map((namesDefault) => {
    const all = mounts.map((mount) => keptOf(mount, namesDefault));
    // An operation with the root only leaves mounts out, for caches older than mounts in keys.
    const record = { ...exec, meta: kept, mounts: all.length === 1 ? undefined : all };
    return digestOf(
      goJson({ Type: 'buildkit.exec.v0', Exec: record, ...platformMembers(platform) }),
    );
  });
  return [...new Set(digests)];
}

function keptOf(mount: LlbMount, namesDefault: boolean): LlbMount {
  const { cacheOpt, SSHOpt } = mount;
  const isUnnamed = SSHOpt?.ID === 'default' && !namesDefault;
  return {
    ...mount,
    selector: undefined,
    cacheOpt: cacheOpt && (isUsualCache(mount) ? cacheOpt : {}),
    SSHOpt: isUnnamed ? { ...SSHOpt, ID: undefined } : SSHOpt,
  };
}

/** The id of a cache counts only if it is the default id of a mount. */
function isUsualCache({ dest, cacheOpt: { ID = '', sharing } = {} }: LlbMount): boolean {
  return sharing === undefined && (ID === dest || ID.slice(ID.indexOf('/') + 1) === dest);
}

/** https://github.com/moby/buildkit/blob/v0.32.2/solver/llbsolver/ops/file.go */
export function fileDigest({ actions }: LlbFile): string {
  const indexes = actions.map(({ input, secondaryInput, output }) => [
    ...[input, secondaryInput, output],
  ]);
  return digestOf(
    goJson({
      Type: 'buildkit.file.v0',
      Actions: actions.map((action) => Buffer.from(goJson(actionOf(action))).toString('base64')),
      indexes: areUsual(indexes) ? undefined : indexes,
    }),
  );
}

/** The most common shape is left out, for caches older than these indexes. */
function areUsual(indexes: readonly (readonly number[])[]): boolean {
  return indexes.every(([base, source], position) => {
    const isUsualBase = base === (position === 0 ? 0 : indexes.length + position - 1);
    return isUsualBase && (source === -1 || source === 1);
  });
}

/** Only the last part of a source's path counts; the whole path goes with the input. */
function actionOf(action: LlbAction): object {
  if ('mkfile' in action) return action.mkfile;
  if ('mkdir' in action) return { ...action.mkdir, owner: ownerOf(action.mkdir.owner) };
  const { copy } = action;
  return { ...copy, src: posix.basename(copy.src) || '/', owner: ownerOf(copy.owner) };
}

function ownerOf(owner: LlbChown | undefined): object | undefined {
  if (owner === undefined) return undefined;
  const { user, group } = owner;
  return { user: userOf(user), group: group && userOf(group) };
}

/** A type that writes its own JSON. */
function userOf(user: LlbUser): object {
  return { User: 'byName' in user ? user : { byId: user.byID === 0 ? undefined : user.byID } };
}

export function mergeDigest(merge: LlbMerge): string {
  return digestOf(goJson({ Type: 'buildkit.merge.v0', Merge: merge }));
}
