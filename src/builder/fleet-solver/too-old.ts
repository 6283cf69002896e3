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
    since: [0, 10],
    what: 'secrets in environment variables',
    isUsed: (op) => 'exec' in op && op.exec.secretenv !== undefined,
  },
  {
    since: [0, 16],
    what: '--chmod with symbols',
    isUsed: (op) => copiesOf(op).some(({ modeStr }) => modeStr !== undefined),
  },
];

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
    const is = version === undefined ? 'does not tell its version' : `is ${version}`;
    const error = new AppError(
      'BUILDER_TOO_OLD',
      `the builder at ${builder} is too old for ${lacking.what}: its BuildKit ${is}`,
      {
        expected: `BuildKit ${lacking.since.join('.')} or later`,
        hint: 'update the daemon, or build on this machine',
      },
    );
    throw located(error, (vertex && graph.info.get(vertex)?.locations) ?? {});
  }
}

/** A version that is no release is the newest. */
function isSince(version: string | undefined, [major, minor]: Feature['since']): boolean {
  if (version === undefined) return false;
  const [, first, second] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (first === undefined) return true;
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}

function copiesOf(op: LlbOp) {
  return 'file' in op
    ? op.file.actions.flatMap((action) => ('copy' in action ? action.copy : []))
    : [];
}
