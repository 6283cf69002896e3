/** Which paths of each stage other stages take. */
import type { Instruction } from '../../dockerfile/index.ts';
import type { LintedFile, Stage } from '../linted-file.ts';
import { absolutePath } from './image-paths.ts';
import { unquoted } from './make.ts';

/** Bytes: Linux takes no longer path. */
const LONGEST = 4096;

/** Paths, sorted, which answer whether one of them is a path, in it, or above it. */
export class PathSet {
  readonly #paths: readonly string[];
  readonly #all: ReadonlySet<string>;

  constructor(paths: readonly string[]) {
    this.#all = new Set(paths);
    this.#paths = [...this.#all].sort();
  }

  overlaps(path: string): boolean {
    if (path.length > LONGEST || path === '/' || this.#all.has('/')) return true;
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (this.#all.has(path.slice(0, end))) return true;
    }
    return this.#firstFrom(`${path}/`)?.startsWith(`${path}/`) === true;
  }

  #firstFrom(text: string): string | undefined {
    let low = 0;
    let high = this.#paths.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#paths[middle] ?? '') < text) low = middle + 1;
      else high = middle;
    }
    return this.#paths[low];
  }
}

/** For stages that nothing but COPY --from and mounts uses; without those of which it is not known what is taken. */
export function takenPaths({ stages, instructions }: LintedFile): ReadonlyMap<Stage, PathSet> {
  const own = stages.filter(({ from }) => from !== undefined);
  const bases = new Set(own.map(({ parent }) => parent));
  const byName = Map.groupBy(instructions.flatMap(takenBy), ({ stage }) => stage);
  const known = new Map<Stage, PathSet>();
  for (const [index, stage] of own.slice(0, -1).entries()) {
    const { from } = stage;
    const named = from?.stage === undefined ? [] : (byName.get(from.stage) ?? []);
    const taken = [...named, ...(byName.get(`${index}`) ?? [])].map(({ path }) => path);
    const isUnknown = taken.length === 0 || taken.some((path) => path.includes('$'));
    if (isUnknown || bases.has(stage)) continue;
    known.set(stage, new PathSet(taken.map((path) => absolutePath(fixedPart(path), '/'))));
  }
  return known;
}

interface Taken {
  /** Name or number, in lower case. */
  readonly stage: string;
  readonly path: string;
}

function takenBy(instruction: Instruction): readonly Taken[] {
  if (instruction.kind === 'copy') {
    const { from, sources } = instruction;
    const stage = from?.text.toLowerCase();
    return stage === undefined ? [] : sources.map(({ text }) => ({ stage, path: text }));
  }
  if (instruction.kind !== 'run') return [];
  return instruction.mounts.flatMap(({ fields }): readonly Taken[] => {
    const value = (...keys: readonly string[]) =>
      fields.find(({ key }) => keys.includes(key))?.value?.text;
    const stage = value('from')?.toLowerCase();
    return stage === undefined ? [] : [{ stage, path: value('source', 'src') ?? '/' }];
  });
}

/** What comes before the first wildcard. */
function fixedPart(path: string): string {
  const at = unquoted(path).search(/[*?[\\]/);
  return at < 0
    ? path
    : unquoted(path)
        .slice(0, at)
        .replace(/[^/]*$/, '');
}
