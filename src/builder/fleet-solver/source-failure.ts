/** The failure of a COPY whose source does not exist. For files of this machine it is the error of a build here. */
import type { ContextTree } from '../../context/index.ts';
import { AppError } from '../../errors.ts';
import {
  type CopyOp,
  copySelection,
  type Graph,
  sourcesBefore,
  type TreeSource,
  type Vertex,
} from '../../graph/index.ts';
import { selectFiles } from '../../ops/index.ts';

export interface SourceFacts {
  readonly graph: Graph;
  readonly contexts: ReadonlyMap<string, ContextTree>;
}

const NOT_FOUND = /"([^"]+)":? not found|lstat (\S+): no such file/;

/**
 * @param message of the daemon
 * @returns undefined if the failure is about something else
 */
export async function sourceFailure(
  vertex: Vertex,
  message: string,
  { graph, contexts }: SourceFacts,
): Promise<AppError | undefined> {
  const { op } = vertex;
  if (op.kind !== 'copy') return undefined;
  const trees = op.sources.filter((source): source is TreeSource => source.kind === 'tree');
  for (const source of trees) {
    const context = contextOf(vertex, source, graph);
    const tree = context === undefined ? undefined : contexts.get(context);
    const failure = tree && (await selectionFailure(tree, op, source));
    if (failure !== undefined) return failure;
  }
  const [, quoted, plain] = NOT_FOUND.exec(message) ?? [];
  const path = quoted ?? plain;
  return path === undefined ? undefined : missing(path, trees);
}

function contextOf(
  { inputs }: Vertex,
  { input }: TreeSource,
  { vertices }: Graph,
): string | undefined {
  const id = inputs[input];
  const op = id === undefined || id === 'scratch' ? undefined : vertices.get(id)?.op;
  return op?.kind === 'context' ? op.name : undefined;
}

async function selectionFailure(
  tree: ContextTree,
  op: CopyOp,
  source: TreeSource,
): Promise<AppError | undefined> {
  try {
    await selectFiles(tree, copySelection(op, source), { before: sourcesBefore(op, source) });
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function missing(path: string, trees: readonly TreeSource[]): AppError {
  const written = trees.flatMap(({ paths }) => paths);
  const position = written.findIndex((one) => `/${one}`.replace(/^\/+/, '/') === path);
  const source = written[position] ?? path;
  return new AppError('COPY_SOURCE_NOT_FOUND', `'${source}' does not exist`, {
    ...(position >= 0 && { part: `source:${position}` as const }),
    details: { source, path },
  });
}
