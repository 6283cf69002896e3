import { type BytePath, type ContentDigest, joinPath } from '../../files/index.ts';
import { type ImageModel, LinkGroups, NONE, type PathNode, type Version } from '../model/index.ts';
import { apkPackages } from './apk.ts';
import { type Distribution, distributionIn } from './distribution.ts';
import { dpkgPackages } from './dpkg.ts';
import { gemPackages } from './gem.ts';
import { npmPackages } from './npm.ts';
import type { PackageContents } from './package-contents.ts';
import { pythonPackages } from './python.ts';
import type { Contents, Described, Package, PackageFiles } from './types.ts';

/**
 * The packages of the final file system.
 *
 * @param contents saw all layers of the model go by
 * @returns largest first
 */
export async function findPackages(
  model: ImageModel,
  contents: PackageContents,
): Promise<readonly Package[]> {
  const found: Package[] = [];
  const texts = new VisibleTexts(model, contents);
  const sizes = new VisibleSizes(model);
  const { versions } = model;
  const kept = new Set([...contents.digests()].map((digest) => versions.contentOf(digest)));
  kept.delete(NONE);
  for (const version of model.visible()) {
    if (!kept.has(versions.content(version))) continue;
    const digest = versions.contentDigest(version);
    if (digest === undefined) continue;
    const [path, layer] = [model.path(version), versions.layer(version)];
    const described = [
      ...(contents.databases.get(digest) ?? []),
      ...(contents.texts.has(digest) ? textPackages(path, texts) : []),
    ];
    for (const { files, ...one } of described) {
      found.push({ ...one, bytes: sizes.of(files), layer });
    }
    found.push(...goModules(contents, digest, { bytes: versions.size(version), layer }));
    const java = await contents.archive(digest);
    const nested = java.reduce((sum, { nested: bytes = 0 }) => sum + bytes, 0);
    for (const { name, version: number, nested: inner } of java) {
      const bytes = inner ?? Math.max(0, versions.size(version) - nested);
      found.push({ type: 'maven', name, version: number, bytes, layer });
    }
  }
  return found.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
}

/** The distribution of the final file system. */
export function findDistribution(
  model: ImageModel,
  contents: PackageContents,
): Distribution | undefined {
  return distributionIn(new VisibleTexts(model, contents));
}

function textPackages(path: BytePath, contents: Contents): Described[] {
  const finders = [dpkgPackages, apkPackages, npmPackages, pythonPackages, gemPackages];
  return finders.flatMap((find) => find(path, contents));
}

/** The program's bytes are its main module's: how much of it a dependency is, nothing tells. */
function goModules(
  contents: PackageContents,
  digest: ContentDigest,
  { bytes, layer }: { readonly bytes: number; readonly layer: number },
): Package[] {
  const build = contents.programs.get(digest);
  if (build === undefined) return [];
  const type = 'golang';
  const main = build.main === undefined ? [] : [{ ...build.main, type, bytes, layer } as const];
  return [
    ...main,
    ...build.dependencies.map((one) => ({ ...one, type, bytes: 0, layer }) as const),
  ];
}

class VisibleTexts implements Contents {
  readonly #model: ImageModel;
  readonly #contents: PackageContents;

  constructor(model: ImageModel, contents: PackageContents) {
    this.#model = model;
    this.#contents = contents;
  }

  text(path: BytePath): string | undefined {
    const version = visibleVersion(this.#model, path);
    const digest = version === NONE ? undefined : this.#model.versions.contentDigest(version);
    return digest === undefined ? undefined : this.#contents.texts.get(digest);
  }
}

/** Sums of visible files; hard links count once. */
class VisibleSizes {
  readonly #model: ImageModel;

  constructor(model: ImageModel) {
    this.#model = model;
  }

  of(files: PackageFiles): number {
    const links = new LinkGroups(this.#model.versions);
    let bytes = 0;
    for (const version of files.kind === 'list'
      ? this.#listed(files.paths)
      : this.#below(files.path)) {
      if (links.isFurther(version)) continue;
      bytes += this.#model.versions.size(version);
    }
    return bytes;
  }

  *#listed(paths: readonly BytePath[]): Generator<Version> {
    for (const path of new Set(paths)) {
      const version = visibleVersion(this.#model, path);
      if (version !== NONE) yield version;
    }
  }

  /** Without packages installed further below. */
  *#below(path: BytePath): Generator<Version> {
    const { paths } = this.#model;
    const top = paths.find(path);
    if (top === NONE) return;
    const nested = paths.find(joinPath(path, 'node_modules'));
    const open: PathNode[] = [top];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node === nested) continue;
      const version = this.#model.visibleAt(node, this.#model.layers.length - 1);
      if (version !== NONE) yield version;
      open.push(...paths.children(node));
    }
  }
}

/** Debian lists `/bin/x` where the image has `/bin` as a link to `/usr/bin`. */
function visibleVersion(model: ImageModel, path: BytePath): Version {
  const top = model.layers.length - 1;
  const node = model.paths.find(path);
  const version = node === NONE ? NONE : model.visibleAt(node, top);
  if (version !== NONE || !MERGED.test(path)) return version;
  const merged = model.paths.find(`usr/${path}`);
  return merged === NONE ? NONE : model.visibleAt(merged, top);
}

const MERGED = /^(?:bin|sbin|lib|lib32|lib64|libx32)\//;
