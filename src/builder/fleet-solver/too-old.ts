/** What a daemon must know, by version: older ones ignore a field that they do not know, and build something else. */
import { AppError } from '../../errors.ts';
import { type Graph, inputsFirst } from '../../graph/index.ts';
import type { LlbNode, LlbOp } from '../../llb/index.ts';
import { located } from '../../solver/index.ts';

interface Feature {
  readonly since: readonly [number, number];
  /** As the user writes it. */
  readonly what: string;
  readonly isUsed: (op: LlbOp) => boolean;
}

const FEATURES: readonly Feature[] = [
  {
    since: [0, 9],
    what: '--exclude and --parents',
    isUsed: (op) =>
      copiesOf(op).some(
        ({ include_patterns: include, exclude_patterns: exclude }) =>
          include !== undefined || exclude !== undefined,
      ),
  },
  {
    since: [0, 9],
    what: 'a directory of a Git repository',
    isUsed: (op) => /^git:.*#.*:/.test(identifierOf(op)),
  },
  {
    since: [0, 9],
    // Older ones take "master".
    what: 'the default branch of a Git repository',
    isUsed: (op) => /^git:[^#]*(?:#:.*)?$/.test(identifierOf(op)),
  },
  {
    since: [0, 9],
    what: 'Git repositories by ssh:// addresses',
    isUsed: (op) => attributeOf(op, 'git.fullurl')?.startsWith('ssh://') === true,
  },
  {
    since: [0, 10],
    what: 'secrets in environment variables',
    isUsed: (op) => 'exec' in op && op.exec.secretenv !== undefined,
  },
  {
    since: [0, 17],
    what: '--chmod with symbols',
    isUsed: (op) => copiesOf(op).some(({ modeStr }) => modeStr !== undefined),
  },
  {
    since: [0, 22],
    what: '--checksum of a Git repository',
    isUsed: (op) => attributeOf(op, 'git.checksum') !== undefined,
  },
  {
    since: [0, 24],
    what: 'Git repositories without their submodules',
    isUsed: (op) => attributeOf(op, 'git.skipsubmodules') !== undefined,
  },
  {
    since: [0, 30],
    what: 'Git repositories by a commit that no reference names',
    isUsed: (op) => attributeOf(op, 'git.fetchbycommit') !== undefined,
  },
];

/** The second version of the cache of GitHub Actions, the first one with these stores. */
const CACHES: Readonly<Record<string, Feature['since']>> = {
  ...{ s3: [0, 11], azblob: [0, 11], gha: [0, 20] },
};

/** The first version with the operation for COPY --link. */
const MERGE = [0, 10] as const;

/** @param version `v0.32.2`; undefined: of before daemons told it */
export function hasMerge(version: string | undefined): boolean {
  return isSince(version, MERGE);
}

export interface AgeFacts {
  readonly graph: Graph;
  readonly version: string | undefined;
  /** As the user wrote it. */
  readonly builder: string;
}

/** @throws AppError BUILDER_TOO_OLD, at the instruction that needs a newer daemon */
export function refuseTooOld(target: LlbNode, { graph, version, builder }: AgeFacts): void {
  for (const { op, vertex } of inputsFirst([target], ({ inputs }) => inputs)) {
    const lacking = FEATURES.find(({ since, isUsed }) => !isSince(version, since) && isUsed(op));
    if (lacking === undefined) continue;
    throw located(
      tooOld(lacking, { version, builder }),
      (vertex && graph.info.get(vertex)?.locations) ?? {},
    );
  }
}

/** @param types of caches to read and write @throws AppError BUILDER_TOO_OLD */
export function refuseOldCaches(
  types: readonly string[],
  facts: Pick<AgeFacts, 'version' | 'builder'>,
): void {
  for (const type of types) {
    const since = Object.hasOwn(CACHES, type) ? CACHES[type] : undefined;
    if (since === undefined || isSince(facts.version, since)) continue;
    throw tooOld({ since, what: `caches of the type ${type}` }, facts);
  }
}

function tooOld(
  { since, what }: Pick<Feature, 'since' | 'what'>,
  { version, builder }: Pick<AgeFacts, 'version' | 'builder'>,
): AppError {
  const is = version === undefined ? 'does not tell its version' : `is ${version}`;
  return new AppError(
    'BUILDER_TOO_OLD',
    `the builder at ${builder} is too old for ${what}: its BuildKit ${is}`,
    {
      expected: `BuildKit ${since.join('.')} or later`,
      hint: 'update the daemon, or build on this machine',
    },
  );
}

/** A version that is no release is the newest; Go programs that are built by hand are 0.0.0. */
function isSince(version: string | undefined, [major, minor]: Feature['since']): boolean {
  if (version === undefined) return false;
  const [, first, second] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (first === undefined || /^v?0\.0\./.test(version)) return true;
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}

function attributeOf(op: LlbOp, name: string): string | undefined {
  return 'source' in op ? op.source.attrs?.[name] : undefined;
}

function identifierOf(op: LlbOp): string {
  return 'source' in op ? op.source.identifier : '';
}

function copiesOf(op: LlbOp) {
  return 'file' in op
    ? op.file.actions.flatMap((action) => ('copy' in action ? action.copy : []))
    : [];
}
