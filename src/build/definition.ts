/** The Dockerfile and the context a build starts from. */
import { readFileSync } from 'node:fs';
import { type ContextTree, findDockerfile, loadIgnoreFile, openContext } from '../context/index.ts';
import {
  type Instruction,
  parseDockerfile,
  parseInstructions,
  type SyntaxTree,
} from '../dockerfile/index.ts';
import { AppError, type Warning } from '../errors.ts';
import type { Store } from '../store/index.ts';
import type { BuildOptions } from './options.ts';

export interface Definition {
  readonly tree: SyntaxTree;
  readonly instructions: readonly Instruction[];
  readonly warnings: readonly Warning[];
  /** Bytes of the Dockerfile. */
  readonly size: number;
  /** Opens the build context; an empty one when the Dockerfile came without. */
  readonly openContext: () => Promise<ContextTree>;
}

const STDIN = '-';
/** A Dockerfile larger than this is taken for something else. */
const MAX_DOCKERFILE = 16 << 20;

/**
 * Reads and parses the Dockerfile.
 *
 * @throws AppError DOCKERFILE_…, CONTEXT_…
 */
export async function readDefinition(options: BuildOptions, store: Store): Promise<Definition> {
  const { context } = options;
  const fromStdin = context === STDIN || options.dockerfile === STDIN;
  const place = fromStdin
    ? undefined
    : findDockerfile(context, { file: options.dockerfile, cwd: process.cwd() });
  const bytes = place === undefined ? await readStdin(options) : readFileSync(place.path);
  const tree = parseDockerfile(bytes.toString('utf8'), { file: place?.name ?? 'Dockerfile' });
  const { instructions, warnings } = parseInstructions(tree);
  return {
    tree,
    instructions,
    warnings,
    size: bytes.length,
    openContext: async () => {
      const { facts } = store;
      if (context === STDIN) return openContext({ directory: await store.temporaryDirectory() });
      return openContext({
        directory: context,
        ignore: loadIgnoreFile(context, place?.path),
        facts,
      });
    },
  };
}

async function readStdin({ stdin }: BuildOptions): Promise<Buffer> {
  if (stdin === undefined) {
    throw new AppError(
      'DOCKERFILE_NOT_FOUND',
      'there is no standard input to read a Dockerfile from',
    );
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    size += chunk.length;
    chunks.push(chunk);
    if (size > MAX_DOCKERFILE) {
      throw new AppError('DOCKERFILE_TOO_LARGE', 'standard input is too large for a Dockerfile', {
        hint: 'a whole context cannot be given on standard input yet: name its directory',
      });
    }
  }
  return Buffer.concat(chunks);
}
