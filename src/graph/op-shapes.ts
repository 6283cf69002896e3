/** The JSON shape of each kind of operation, and the inputs it names. */
import { type Digest, isDigest, type Platform } from '../oci/index.ts';
import { type MountOf, type MountSpec, mountRules } from './mounts.ts';
import {
  byKind,
  flag,
  integer,
  list,
  matching,
  oneOf,
  optional,
  record,
  type Shape,
  text,
} from './shapes.ts';
import type {
  ContextOp,
  CopyOp,
  CopySource,
  ExecOp,
  GitOp,
  HttpOp,
  ImageOp,
  InlineSource,
  MkdirOp,
  Op,
  TreeSource,
} from './vertex.ts';

export const digest: Shape<Digest> = matching(isDigest, 'a digest');

export const platform: Shape<Platform> = record<Platform>({
  os: text,
  architecture: text,
  variant: optional(text),
  'os.version': optional(text),
  'os.features': optional(list(text)),
});

const mount: Shape<MountSpec> = byKind<MountSpec>({
  bind: record<MountOf<'bind'>>({
    kind: oneOf('bind'),
    target: text,
    input: integer,
    source: text,
    readonly: flag,
  }),
  cache: record<MountOf<'cache'>>({
    kind: oneOf('cache'),
    target: text,
    id: text,
    sharing: oneOf('shared', 'private', 'locked'),
    readonly: flag,
    input: optional(integer),
    source: text,
    within: optional(text),
    uid: integer,
    gid: integer,
    mode: integer,
  }),
  tmpfs: record<MountOf<'tmpfs'>>({ kind: oneOf('tmpfs'), target: text, size: optional(integer) }),
  secret: record<MountOf<'secret'>>({
    kind: oneOf('secret'),
    id: text,
    target: optional(text),
    env: optional(text),
    required: flag,
    uid: integer,
    gid: integer,
    mode: integer,
  }),
  ssh: record<MountOf<'ssh'>>({
    kind: oneOf('ssh'),
    id: text,
    target: text,
    required: flag,
    uid: integer,
    gid: integer,
    mode: integer,
  }),
});

const copySource: Shape<CopySource> = byKind<CopySource>({
  tree: record<TreeSource>({
    kind: oneOf('tree'),
    input: integer,
    paths: list(text),
    unpack: flag,
    isLocal: flag,
  }),
  inline: record<InlineSource>({ kind: oneOf('inline'), name: text, content: text }),
});

export const op: Shape<Op> = byKind<Op>({
  image: record<ImageOp>({ kind: oneOf('image'), imageId: digest }),
  context: record<ContextOp>({ kind: oneOf('context'), name: text }),
  http: record<HttpOp>({
    kind: oneOf('http'),
    url: text,
    checksum: optional(text),
    filename: text,
  }),
  git: record<GitOp>({
    kind: oneOf('git'),
    remote: text,
    ref: optional(text),
    subdir: text,
    keepGitDir: flag,
    submodules: flag,
    checksum: optional(text),
    commitTime: flag,
    fetchByCommit: optional(flag),
  }),
  copy: record<CopyOp>({
    kind: oneOf('copy'),
    sources: list(copySource),
    destination: text,
    owner: optional(text),
    mode: optional(text),
    exclude: list(text),
    parents: flag,
    link: flag,
    keepsTop: optional(oneOf(true)),
  }),
  mkdir: record<MkdirOp>({ kind: oneOf('mkdir'), path: text, owner: optional(text) }),
  exec: record<ExecOp>({
    kind: oneOf('exec'),
    platform,
    args: list(text),
    env: list(text),
    cwd: text,
    user: text,
    network: oneOf('host', 'none', 'private'),
    security: oneOf('sandbox', 'insecure'),
    hostname: text,
    extraHosts: list(record({ name: text, address: text })),
    mounts: list(mount),
    script: optional(record({ path: text, content: text })),
    shmSize: optional(integer),
    ulimits: list(record({ name: text, soft: integer, hard: integer })),
  }),
});

/** The positions of inputs that an operation names. */
export function inputsNamedBy(one: Op): readonly number[] {
  switch (one.kind) {
    case 'image':
    case 'context':
    case 'http':
    case 'git':
      return [];
    case 'mkdir':
      return [0];
    case 'copy':
      return [0, ...one.sources.flatMap((each) => (each.kind === 'tree' ? each.input : []))];
    case 'exec':
      return [0, ...one.mounts.flatMap((each) => mountRules(each).files?.()?.input ?? [])];
  }
}
