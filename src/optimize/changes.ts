/** The changes that the optimizer tries, in this order. */
import type { ContextListing } from '../api/index.ts';
import { type BytePath, cleanPath } from '../files/index.ts';
import type { ContainerConfig } from '../oci/index.ts';
import type { BuildLayer } from './build-layers.ts';
import { instructionsOf, isRootUser, withFinalStage } from './final-stage.ts';
import type { ImageTree } from './image-tree.ts';
import { compiledPrograms, interpretersOf, type ReadableTree } from './interpreters.ts';
import { type NeededFiles, neededFiles } from './needed-files.ts';
import { combinations, preparations } from './preparations.ts';
import { projectFiles } from './project-files.ts';
import { sharedLibraries } from './shared-libraries.ts';
import type { UsedPaths } from './trace.ts';
import { wholeDirectories } from './whole-directories.ts';

/** A Dockerfile and its ignore file. */
export interface Definition {
  readonly text: string;
  /** Undefined: none, or that of the context as it is. */
  readonly ignore: string | undefined;
}

export interface Change {
  readonly name: string;
  readonly what: string;
  readonly definition: Definition;
  /** Members of the config that it changes on purpose, as `configChanges` names them. */
  readonly changes: readonly string[];
  /** Whether it is kept only if the image gets smaller. */
  readonly mustShrink: boolean;
}

/** The text of the context's ignore file with lines for what the build makes itself, or must not see. */
export function ignoreMore(
  { text, ignore }: Definition,
  listing: Pick<ContextListing, 'files'>,
): Change | undefined {
  if (!copiesWholeContext(text)) return undefined;
  const paths = listing.files.map(({ path }) => path);
  const lines = IGNORABLE.filter(
    ({ found, madeBy }) => (madeBy?.test(text) ?? true) && paths.some((path) => found.test(path)),
  ).map(({ line }) => line);
  if (lines.length === 0) return undefined;
  const before = ignore === undefined || ignore.endsWith('\n') ? (ignore ?? '') : `${ignore}\n`;
  return {
    name: 'ignore-file',
    what: `leave ${lines.join(', ')} out of the build context`,
    definition: { text, ignore: `${before}${lines.join('\n')}\n` },
    changes: [],
    mustShrink: false,
  };
}

function copiesWholeContext(text: string): boolean {
  return instructionsOf(text).some(
    (one) =>
      (one.kind === 'add' || (one.kind === 'copy' && one.from === undefined)) &&
      one.sources.some((source) => cleanPath(source.text) === ''),
  );
}

const IGNORABLE: readonly { line: string; found: RegExp; madeBy?: RegExp }[] = [
  { line: '.git', found: /^\.git\// },
  {
    line: '**/node_modules',
    found: /(?:^|\/)node_modules\//,
    madeBy: /\b(?:npm|pnpm|yarn|bun)\b/,
  },
  { line: '**/__pycache__', found: /(?:^|\/)__pycache__\// },
  { line: '.venv', found: /^\.venv\//, madeBy: /\b(?:venv|pip|uv|poetry)\b/ },
  { line: 'venv', found: /^venv\//, madeBy: /\bvenv\b/ },
  { line: 'target', found: /^target\//, madeBy: /\b(?:cargo|mvn)\b/ },
];

export interface BuiltFacts {
  readonly config: ContainerConfig;
  readonly tree: ReadableTree;
  /** Its layers, bottom first. */
  readonly layers: readonly BuildLayer[];
  /** What the program used while it was tested. */
  readonly used: UsedPaths;
}

/**
 * A last stage with only the files that the program needs; first after preparations, such as the removal of dependencies
 * for development, then without them.
 */
export async function keepNeeded(
  definition: Definition,
  { config, tree, layers, used }: BuiltFacts,
): Promise<readonly Change[]> {
  const compiled = await compiledPrograms(tree, used.started);
  const project = projectFiles(tree, used.found, { layers, compiled });
  const programs = [...used.started, ...programsAmong(tree, project)];
  const interpreters = await interpretersOf(tree, programs);
  const place = {
    workdir: config.WorkingDir ?? '',
    volumes: Object.keys(config.Volumes ?? {}),
    ...{ compiled, project },
  };
  const found = [...used.found, ...interpreters];
  const libraries = await sharedLibraries(tree, neededFiles(tree, found, place).files);
  const needed = neededFiles(tree, [...found, ...libraries], place);
  return combinations(preparations(config, tree, needed.files)).flatMap((prepared) => {
    const text = withFinalStage(definition.text, finalStage(config, tree, needed), prepared);
    if (text === undefined) return [];
    return {
      name: ['needed-files', ...prepared.map(({ name }) => name)].join(', '),
      what: [
        'build in one stage, and copy only the files that the program needs into an empty image',
        ...prepared.map(({ what }) => what),
      ].join(', '),
      definition: { ...definition, text },
      changes: [],
      mustShrink: true,
    };
  });
}

/** Programs of packages, of which there may be thousands, are started by their packages. */
const OF_LIBRARIES = /(?:^|\/)(?:node_modules|gems|(?:site|dist)-packages)\//;

/** Other programs of the project, which no test started. */
function programsAmong(tree: ImageTree, project: ReadonlySet<BytePath>): readonly BytePath[] {
  return [...project].filter((path) => {
    const entry = tree.lookup(path);
    const isProgram = entry?.type === 'file' && (entry.mode & 0o111) !== 0;
    return isProgram && !OF_LIBRARIES.test(path);
  });
}

function finalStage(config: ContainerConfig, tree: ImageTree, needed: NeededFiles) {
  const { files, unneeded } = needed;
  const paths = wholeDirectories(without(tree, new Set(unneeded)), files);
  return { config, paths, unneeded, user: config.User };
}

function without(tree: ImageTree, gone: ReadonlySet<BytePath>): ImageTree {
  return {
    lookup: (path) => tree.lookup(path),
    list: (path) => tree.list(path).filter((entry) => !gone.has(entry.path)),
  };
}

/** An ordinary user, with a number that needs no entry in /etc/passwd. */
export function ordinaryUser({ text, ignore }: Definition, config: ContainerConfig): Change[] {
  if (!isRootUser(config.User)) return [];
  return [
    {
      name: 'ordinary-user',
      what: 'run as an ordinary user, not as root',
      definition: { text: `${text.trimEnd()}\nUSER 65532:65532\n`, ignore },
      changes: ['the user'],
      mustShrink: false,
    },
  ];
}
