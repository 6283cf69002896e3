/** What each key reads of a whole image, in bare arrays: calls would cost ten times as much for a million files. */
import { type ImageModel, LinkNumbers, NONE } from '../../analysis/index.ts';

export interface FlatImage {
  readonly model: ImageModel;
  /** By path. A path comes after its directory. */
  readonly parents: Int32Array;
  /** By version: its path, or NONE for whiteouts. */
  readonly nodes: Int32Array;
  readonly layers: Int32Array;
  /** The layer that hides it; more than any layer where none does. */
  readonly hiddenBy: Int32Array;
  readonly sizes: Float64Array;
  /** Versions that share a number are hard links of each other, across layers too; NONE: no other name. */
  readonly linkGroups: Int32Array;
}

const NEVER = 0x7fffffff;

export function flatImage(model: ImageModel): FlatImage {
  const { paths, versions } = model;
  const parents = new Int32Array(paths.size);
  for (let node = 0; node < parents.length; node++) parents[node] = paths.parent(node);
  const { length } = versions;
  const nodes = new Int32Array(length);
  const layers = new Int32Array(length);
  const hiddenBy = new Int32Array(length);
  const links = new LinkNumbers(versions);
  const linkGroups = new Int32Array(length);
  const sizes = new Float64Array(length);
  for (let version = 0; version < length; version++) {
    const hidden = versions.hiddenBy(version);
    nodes[version] = versions.isWhiteout(version) ? NONE : versions.node(version);
    layers[version] = versions.layer(version);
    hiddenBy[version] = hidden === NONE ? NEVER : hidden;
    sizes[version] = versions.size(version);
    linkGroups[version] = links.of(version);
  }
  return { model, parents, nodes, layers, hiddenBy, sizes, linkGroups };
}
