/** Where each item is on the map. What is too small to be seen is left out, so a frame costs the same for any image. */
import {
  type HierarchyNode,
  type HierarchyRectangularNode,
  hierarchy,
  partition,
  treemap,
  treemapSquarify,
} from 'd3-hierarchy';
import type { Item } from './items.ts';

/** A box in pixels, or of a sunburst an arc: x is the angle in radians, y the distance from the centre. */
export interface Shape {
  readonly item: Item;
  readonly depth: number;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly children: readonly Shape[];
  /** Has a name strip of its own above its children. */
  readonly hasStrip: boolean;
}

export type MapKind = 'treemap' | 'sunburst';

/** Square pixels below which nothing is drawn. */
const SMALLEST_BOX = 12;
const SMALLEST_ARC = 0.004;
const STRIP = 17;
export const RINGS = 5;

interface Box {
  readonly width: number;
  readonly height: number;
}

/** What stands for the children that are too small. */
interface Drawn {
  readonly item: Item;
  readonly own: number;
  readonly children: readonly Drawn[];
}

export function layOut(kind: MapKind, root: Item, box: Box): Shape {
  return kind === 'treemap' ? treemapOf(root, box) : sunburstOf(root, box);
}

function treemapOf(root: Item, { width, height }: Box): Shape {
  const smallest = (root.bytes * SMALLEST_BOX) / Math.max(1, width * height);
  const nodes = hierarchyOf(drawn(root, smallest, 40));
  const laid = treemap<Drawn>()
    .size([width, height])
    .tile(treemapSquarify.ratio(1.2))
    .paddingInner(1)
    .paddingOuter((node) => (isRoomy(node) ? 2 : 0))
    .paddingTop((node) => (isRoomy(node) ? STRIP : 0))
    .round(true)(nodes);
  return shapeOf(laid, isRoomy);
}

function sunburstOf(root: Item, { width, height }: Box): Shape {
  const radius = Math.min(width, height) / 2 - 4;
  const smallest = (root.bytes * SMALLEST_ARC) / (2 * Math.PI);
  const nodes = hierarchyOf(drawn(root, smallest, RINGS));
  const laid = partition<Drawn>().size([2 * Math.PI, RINGS + 1])(nodes);
  const ring = radius / (RINGS + 1);
  laid.each((node) => {
    node.y0 = node.depth * ring;
    node.y1 = (node.depth + 1) * ring;
  });
  return shapeOf(laid, () => false);
}

function hierarchyOf(root: Drawn): HierarchyNode<Drawn> {
  return hierarchy(root, ({ children }) => children)
    .sum(({ own }) => own)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
}

function drawn(item: Item, smallest: number, depth: number): Drawn {
  const large =
    depth === 0 ? [] : item.children().filter(({ bytes }) => bytes > 0 && bytes >= smallest);
  const children = large.map((child) => drawn(child, smallest, depth - 1));
  const shown = large.reduce((sum, { bytes }) => sum + bytes, 0);
  return { item, own: Math.max(0, item.bytes - shown), children };
}

type Laid = HierarchyRectangularNode<Drawn>;

function isRoomy({ x0, x1, y0, y1 }: Laid): boolean {
  return x1 - x0 > 44 && y1 - y0 > 40;
}

function shapeOf(root: Laid, hasStrip: (node: Laid) => boolean): Shape {
  const make = (node: Laid): Shape => ({
    item: node.data.item,
    depth: node.depth,
    ...{ x0: node.x0, x1: node.x1, y0: node.y0, y1: node.y1 },
    children: (node.children ?? []).map(make),
    hasStrip: hasStrip(node),
  });
  return make(root);
}

/** The innermost shape at a point that counts from the upper left corner. */
export function shapeAt(kind: MapKind, root: Shape, point: Point, box: Box): Shape | undefined {
  if (kind === 'treemap') return within(root, point.x, point.y);
  const x = point.x - box.width / 2;
  const y = point.y - box.height / 2;
  const angle = (Math.atan2(x, -y) + 2 * Math.PI) % (2 * Math.PI);
  const distance = Math.hypot(x, y);
  let found: Shape | undefined = root;
  while (found !== undefined && distance >= found.y1) {
    found = found.children.find(({ x0, x1 }) => angle >= x0 && angle < x1);
  }
  return found;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

function within(root: Shape, x: number, y: number): Shape | undefined {
  let found: Shape | undefined;
  let next: Shape | undefined = root;
  while (next !== undefined) {
    found = next;
    next = found.children.find(
      (child) => x >= child.x0 && x < child.x1 && y >= child.y0 && y < child.y1,
    );
  }
  return found;
}
