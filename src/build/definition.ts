/** The Dockerfile and the context a build starts from. */
import { readFileSync } from 'node:fs';
import {
  type ContextTree,
  findDockerfile,
  type IgnoreFile,
  loadIgnoreFile,
  openContext,
} from '../context/index.ts';
import {
  type CheckConfig,
  type Instruction,
  parseCheckConfig,
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
  /** What the context hides; undefined: nothing. */
  readonly ignoreFile: () => IgnoreFile | undefined;
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
  const tree = parseDockerfile(bytes.toString('utf8'), {
    file: place?.name ?? 'Dockerfile',
    check: givenChecks(options),
  });
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
    ignoreFile: () => (context === STDIN ? undefined : loadIgnoreFile(context, place?.path)),
  };
}

/** Check settings from the command line stand in for the directive. */
function givenChecks({ buildArgs }: BuildOptions): CheckConfig | undefined {
  const text = buildArgs?.BUILDKIT_DOCKERFILE_CHECK;
  if (text === undefined) return undefined;
  const config = parseCheckConfig(text);
  if (typeof config !== 'string') return config;
  throw new AppError('DOCKERFILE_INVALID_CHECK', `BUILDKIT_DOCKERFILE_CHECK is wrong: ${config}`, {
    expected: 'skip=RULE,…;error=true;experimental=RULE,…',
    hint: 'separate the options with semicolons',
  });
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
