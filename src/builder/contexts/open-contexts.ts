/** Opens the directories that the steps of a build read, and counts the files they need. */
import type { ContextTree } from '../../context/index.ts';
import { AppError } from '../../errors.ts';
import type { Vertex } from '../../graph/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import { asStep } from '../steps/internal-step.ts';
import { internalStep } from '../steps/step-infos.ts';
import type { BuildContext } from './named-contexts.ts';

/** By name. Owns its open files. */
export class OpenContexts implements Disposable {
  readonly contexts = new Map<string, ContextTree>();

  [Symbol.dispose](): void {
    for (const tree of this.contexts.values()) tree[Symbol.dispose]();
  }
}

/**
 * Opens only contexts that a needed step reads.
 * @param vertices all that the build needs
 */
export async function openContexts(
  run: BuildRun,
  vertices: readonly Vertex[],
  contexts: ReadonlyMap<string, BuildContext>,
): Promise<OpenContexts> {
  const opened = new OpenContexts();
  try {
    await openEach(run, vertices, { contexts, opened });
    return opened;
  } catch (error) {
    opened[Symbol.dispose]();
    throw error;
  }
}

interface OpenRequest {
  readonly contexts: ReadonlyMap<string, BuildContext>;
  readonly opened: OpenContexts;
}

async function openEach(
  run: BuildRun,
  vertices: readonly Vertex[],
  { contexts, opened }: OpenRequest,
): Promise<void> {
  for (const { id, op } of vertices) {
    if (op.kind !== 'context') continue;
    const { name } = op;
    const context = contexts.get(name);
    if (context?.open === undefined) throw new Error(`the context ${name} cannot be opened`);
    const { open } = context;
    const text =
      name === 'context' ? '[internal] load build context' : `[context ${name}] load from client`;
    const step = internalStep(name === 'context' ? 'context' : `context ${name}`, text);
    await asStep({ ...run, step }, async (report) => {
      const tree = await open();
      opened.contexts.set(name, tree);
      const bytes = bytesOf(tree, sourcesOf(vertices, id));
      report({ label: `transferring ${name}`, current: bytes, unit: 'bytes' });
    });
  }
}

/** Sources that cannot be counted because their instruction is wrong: its step reports the error, with its location. */
function bytesOf(tree: ContextTree, sources: readonly string[]): number {
  try {
    return tree.measure(sources);
  } catch (error) {
    if (error instanceof AppError && STEP_TELLS.includes(error.code)) return 0;
    throw error;
  }
}

const STEP_TELLS = ['PATTERN_INVALID', 'SYMLINK_LOOP'];

/** The sources of COPY and ADD, as written, in the context. */
export function sourcesOf(vertices: readonly Vertex[], context: Vertex['id']): string[] {
  return vertices.flatMap(({ op, inputs }) => {
    if (op.kind !== 'copy') return [];
    return op.sources.flatMap((source) =>
      source.kind === 'tree' && inputs[source.input] === context ? source.paths : [],
    );
  });
}
