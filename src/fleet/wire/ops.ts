/**
 * BuildKit's operations and definitions as they travel. Names of members are those of `llb/`.
 * https://github.com/moby/buildkit/blob/v0.32.2/solver/pb/ops.proto
 */
import {
  base64,
  byteStrings,
  bytes,
  bytesMap,
  chosenInt,
  flag,
  flagMap,
  int,
  list,
  long,
  Message,
  messageMap,
  nested,
  text,
  textMap,
  texts,
} from '../../grpc/index.ts';

const Platform = new Message({
  Architecture: text(1),
  OS: text(2),
  Variant: text(3),
  OSVersion: text(4),
  OSFeatures: texts(5),
});

const Meta = new Message({
  args: texts(1),
  env: texts(2),
  cwd: text(3),
  user: text(4),
  proxy_env: nested(
    5,
    new Message({
      http_proxy: text(1),
      https_proxy: text(2),
      ftp_proxy: text(3),
      no_proxy: text(4),
      all_proxy: text(5),
    }),
  ),
  extraHosts: list(6, new Message({ Host: text(1), IP: text(2) })),
  hostname: text(7),
  ulimit: list(9, new Message({ Name: text(1), Soft: int(2), Hard: int(3) })),
  cgroupParent: text(10),
  removeMountStubsRecursive: flag(11),
});

const Credential = new Message({
  ID: text(1),
  uid: int(2),
  gid: int(3),
  mode: int(4),
  optional: flag(5),
});

const Mount = new Message({
  input: int(1),
  selector: text(2),
  dest: text(3),
  output: int(4),
  readonly: flag(5),
  mountType: int(6),
  TmpfsOpt: nested(19, new Message({ size: int(1) })),
  cacheOpt: nested(20, new Message({ ID: text(1), sharing: int(2) })),
  secretOpt: nested(21, Credential),
  SSHOpt: nested(22, Credential),
});

const Exec = new Message({
  meta: nested(1, Meta),
  mounts: list(2, Mount),
  network: int(3),
  security: int(4),
  secretenv: list(5, new Message({ ID: text(1), name: text(2), optional: flag(3) })),
});

const User = new Message({
  byName: nested(1, new Message({ name: text(1), input: int(2) })),
  byID: chosenInt(2),
});
const Chown = new Message({ user: nested(1, User), group: nested(2, User) });

const Copy = new Message({
  src: text(1),
  dest: text(2),
  owner: nested(3, Chown),
  mode: int(4),
  followSymlink: flag(5),
  dirCopyContents: flag(6),
  attemptUnpackDockerCompatibility: flag(7),
  createDestPath: flag(8),
  allowWildcard: flag(9),
  allowEmptyWildcard: flag(10),
  timestamp: int(11),
  include_patterns: texts(12),
  exclude_patterns: texts(13),
  modeStr: text(15),
  required_paths: texts(16),
});

const FileAction = new Message({
  input: int(1),
  secondaryInput: int(2),
  output: int(3),
  copy: nested(4, Copy),
  mkfile: nested(
    5,
    new Message({
      path: text(1),
      mode: int(2),
      data: base64(3),
      owner: nested(4, Chown),
      timestamp: int(5),
    }),
  ),
  mkdir: nested(
    6,
    new Message({
      path: text(1),
      mode: int(2),
      makeParents: flag(3),
      owner: nested(4, Chown),
      timestamp: int(5),
    }),
  ),
});

/** The daemon encodes operations anew to find their digests: the kinds of operations come last there. */
export const Op = new Message({
  inputs: list(1, new Message({ digest: text(1), index: int(2) })),
  platform: nested(10, Platform),
  exec: nested(2, Exec),
  source: nested(3, new Message({ identifier: text(1), attrs: textMap(2) })),
  file: nested(4, new Message({ actions: list(2, FileAction) })),
  merge: nested(6, new Message({ inputs: list(1, new Message({ input: int(1) })) })),
});

const OpMetadata = new Message({
  ignoreCache: flag(1),
  description: textMap(2),
  caps: flagMap(5),
  resources: nested(
    7,
    new Message({
      memory: int(1),
      memorySwap: int(2),
      cpuShares: int(3),
      cpuPeriod: int(4),
      cpuQuota: int(5),
      cpusetCpus: text(6),
      cpusetMems: text(7),
    }),
  ),
});

const Position = new Message({ line: int(1), character: int(2) });
export const Range = new Message({ start: nested(1, Position), end: nested(2, Position) });
export const SourceInfo = new Message({ filename: text(1), data: bytes(2), language: text(4) });
const Location = new Message({ sourceIndex: int(1), ranges: list(2, Range) });

export const Definition = new Message({
  def: byteStrings(1),
  metadata: messageMap(2, OpMetadata),
  source: nested(
    3,
    new Message({
      locations: messageMap(1, new Message({ locations: list(1, Location) })),
      infos: list(2, SourceInfo),
    }),
  ),
});

/** A file or directory, as it is sent to the daemon and back. `path` and `linkname` are bytes: names need not be UTF-8. */
export const Stat = new Message({
  path: bytes(1),
  mode: int(2),
  uid: int(3),
  gid: int(4),
  size: int(5),
  modTime: long(6),
  linkname: bytes(7),
  devmajor: int(8),
  devminor: int(9),
  xattrs: bytesMap(10),
});
