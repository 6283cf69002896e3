/** Two images as one of two layers: the files of the first, and what the second makes of them. */
import {
  ImageModel,
  LinkNumbers,
  NONE,
  type PathNode,
  ROOT,
  type Version,
} from '../../analysis/index.ts';
import type { ExploredImage, LayerEntry } from '../../api/index.ts';

export interface ComparedImages {
  readonly model: ImageModel;
  /** Which version of which image, the first or the second, a version of the model is. */
  origin(version: Version): { readonly side: 0 | 1; readonly version: Version };
}

type Side = Pick<ExploredImage, 'model'>;

/** Times do not count: builds of the same files have others. */
export function comparedImages(before: Side, after: Side): ComparedImages {
  const lower = new SortedFiles(before.model);
  const upper = new SortedFiles(after.model);
  const model = new ImageModel();
  model.addLayer(lower.entries());
  model.addLayer(withWhiteouts(lower, upper));
  const below = lower.order.length;
  return {
    model,
    origin: (version) =>
      version < below
        ? { side: 0, version: lower.order[version] ?? NONE }
        : { side: 1, version: upper.byPath.get(model.path(version)) ?? NONE },
  };
}

/** What an image shows in the end, parents first, by name. */
class SortedFiles {
  readonly order: Version[] = [];
  readonly byPath = new Map<string, Version>();
  readonly model: ImageModel;
  readonly #links: LinkNumbers;

  constructor(model: ImageModel) {
    this.model = model;
    this.#links = new LinkNumbers(model.versions);
    const last = model.layers.length - 1;
    const open: PathNode[] = [ROOT];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const version = model.visibleAt(node, last);
      if (version !== NONE) {
        this.order.push(version);
        this.byPath.set(model.paths.path(node), version);
      }
      const { paths } = model;
      open.push(
        ...[...paths.children(node)].sort((a, b) => (paths.name(a) > paths.name(b) ? -1 : 1)),
      );
    }
  }

  *entries(): Generator<LayerEntry> {
    for (const version of this.order) yield this.entry(version);
  }

  entry(version: Version): LayerEntry {
    const { versions } = this.model;
    const entry = this.model.entry(version);
    const digest = versions.contentDigest(version);
    const linkGroup = this.#links.of(version);
    return {
      ...{ kind: 'entry', ...entry, mtime: 0, mtimeNs: 0 },
      ...(digest !== undefined && { digest }),
      ...(linkGroup !== NONE && { linkGroup }),
    };
  }
}

/** Both are sorted alike: what only the first has is removed. */
function* withWhiteouts(lower: SortedFiles, upper: SortedFiles): Generator<LayerEntry> {
  const gone = lower.order
    .map((version) => lower.model.path(version))
    .filter((path) => path !== '' && !upper.byPath.has(path));
  const all = new Map<string, LayerEntry>();
  for (const entry of upper.entries()) all.set(entry.path, entry);
  for (const path of gone) all.set(path, { kind: 'whiteout', path });
  const paths = [...all.keys()].sort(byParts);
  let removed: string | undefined;
  for (const path of paths) {
    const entry = all.get(path);
    if (entry === undefined) continue;
    if (entry.kind === 'whiteout') {
      if (removed !== undefined && path.startsWith(`${removed}/`)) continue;
      removed = path;
    }
    yield entry;
  }
}

/** A directory right before what is in it. */
function byParts(a: string, b: string): number {
  const [x, y] = [a.replaceAll('/', '\0'), b.replaceAll('/', '\0')];
  return x < y ? -1 : x > y ? 1 : 0;
}
