/**
 * Runs all cases at once, each in a directory of its own: their layers in a store, one process in a root made of them,
 * the layer that it leaves, and a next process.
 */
import { rmSync } from 'node:fs';
import { joinPath } from '../../src/files/index.ts';
import {
  indexTree,
  type LayerEntry,
  type LayerItem,
  lowerOf,
  MergedTree,
} from '../../src/layers/index.ts';
import type { OpenRuntime } from '../../src/runtime/index.ts';
import type { LayerId } from '../../src/store/index.ts';
import { openTestStore, packLayer, type TestStore } from '../support/layers.ts';
import { Workshop } from '../support/workshop.ts';
import { directory, type SnapshotCase } from './case.ts';
import { describeEntries } from './describe-entries.ts';

export interface BenchOptions {
  readonly openRuntime: OpenRuntime;
  /** Whether lower layers are EROFS images; otherwise they are unpacked trees. */
  readonly erofs: boolean;
  /** Whether processes can use names of 255 bytes. Default: yes. */
  readonly longNames?: boolean;
}

export interface Outcome {
  /** The new layer, below the directory of the case. */
  readonly entries: readonly string[];
  /** What the process of the case saw in the end. */
  readonly left: readonly string[];
  /** What a process sees in a root made of the same layers and the new one. */
  readonly found: readonly string[];
}

/**
 * A line for each file, with everything that a layer keeps. Not times of directories: those alone make no entry. Not nodes
 * with the numbers of a whiteout, which a copy has until the process ends. Contents of huge files take too long to read.
 */
const LIST = `cd /
  find case-* ! -type d ! -type s -exec stat -c '%n %f %u:%g %s %Y %t:%T' {} + | grep -v ' 2... .* 0:0$'
  find case-* -type d -exec stat -c '%n %f %u:%g' {} +
  find case-* -type l -exec stat -c '%N' {} +
  find case-* -type f -size -2048k -exec md5sum {} + | while read -r sum name; do echo "$name $sum"; done`;

/** @returns in the order of the cases */
export async function runCases(
  cases: readonly SnapshotCase[],
  options: BenchOptions,
): Promise<readonly Outcome[]> {
  await using bench = new SnapshotBench(options);
  return await bench.run(cases);
}

class SnapshotBench implements AsyncDisposable {
  readonly #erofs: boolean;
  readonly #store: TestStore = openTestStore();
  readonly #workshop: Workshop;

  constructor({ openRuntime, erofs }: BenchOptions) {
    this.#erofs = erofs;
    this.#workshop = new Workshop(openRuntime);
  }

  async run(cases: readonly SnapshotCase[]): Promise<readonly Outcome[]> {
    const below: LayerId[] = [];
    for (const items of layersOf(cases)) below.push(await packLayer(this.#store, items));
    const upper = this.#workshop.makeDirectory();
    const scripts = cases.map(
      ({ script }, at) =>
        `(set -e; cd /${placeOf(at)}; ${script}); test $? = 0 || echo ${placeOf(at)}/ failed`,
    );
    const left = await this.#shell([...scripts, LIST].join('\n'), below, upper);
    const form = this.#workshop.runtime.capabilities;
    const base = MergedTree.of(this.#store, below);
    const { entries } = await indexTree(upper, { base, form });
    const items = entries.map((entry) => itemOf(entry, upper));
    const made = await packLayer(this.#store, items);
    const next = this.#workshop.makeDirectory();
    const found = await this.#shell(LIST, [...below, made], next);
    return cases.map((_, number) => ({
      entries: linesOf(entries, { number, upper }),
      left: listingOf(left, number),
      found: listingOf(found, number),
    }));
  }

  /** @returns its lines */
  async #shell(script: string, ids: readonly LayerId[], upper: string): Promise<readonly string[]> {
    const form = this.#workshop.runtime.capabilities;
    const options = { form, erofs: this.#erofs };
    const layers = await Promise.all(ids.map((id) => lowerOf(this.#store, id, options)));
    const lowers = [{ kind: 'directory', path: this.#workshop.root } as const, ...layers];
    const { stdout, stderr } = await this.#workshop.shell(script, { lowers, upper });
    if (stderr !== '') throw new Error(`a script of a case said: ${stderr}`);
    return stdout.split('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workshop[Symbol.asyncDispose]();
    rmSync(this.#store.root, { recursive: true, force: true });
  }
}

/** The working directory of a case, which has its layers. */
function placeOf(number: number): string {
  return `case-${number}`;
}

/** The layers of all cases, bottom first; the first one has the working directories. */
function layersOf(cases: readonly SnapshotCase[]): readonly (readonly LayerItem[])[] {
  const depth = Math.max(...cases.map(({ lowers }) => lowers.length));
  const own = Array.from({ length: depth }, (_, layer) =>
    cases.flatMap(({ lowers }, number) =>
      (lowers[layer] ?? []).map((item) => placed(item, number)),
    ),
  );
  return [cases.map((_, number) => directory(placeOf(number))), ...own];
}

function placed(item: LayerItem, number: number): LayerItem {
  const place = placeOf(number);
  if (item.kind === 'whiteout') return { ...item, path: joinPath(place, item.path) };
  const { path, linkGroup } = item.entry;
  const group = linkGroup === undefined ? undefined : number + 1;
  return { ...item, entry: { ...item.entry, path: joinPath(place, path), linkGroup: group } };
}

function itemOf(entry: LayerEntry, upper: string): LayerItem {
  if (entry.kind === 'whiteout') return entry;
  const hostPath = `${upper}/${entry.path}`;
  const content = entry.type === 'file' ? { hostPath, offset: 0, size: entry.size } : undefined;
  return { kind: 'entry', entry, content, opaque: entry.opaque };
}

/** In order: directories have none that all ways share. */
function listingOf(lines: readonly string[], number: number): readonly string[] {
  const start = `${placeOf(number)}/`;
  return lines.filter((line) => line.replace(/^'/, '').startsWith(start)).sort();
}

function linesOf(
  entries: readonly LayerEntry[],
  { number, upper }: { readonly number: number; readonly upper: string },
): readonly string[] {
  const start = `${placeOf(number)}/`;
  const own = entries.filter(({ path }) => path.startsWith(start));
  return describeEntries(own, upper).map((line) => line.slice(start.length));
}
