import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { drawMap, drawOutline, type Paint } from './draw-map.ts';
import { share, size } from './format.ts';
import { type Item, pathOf } from './items.ts';
import { layOut, type MapKind, type Point, type Shape, shapeAt } from './map-layout.ts';
import { layerColours } from './palette.ts';
import type { Theme } from './theme.ts';

export interface MapProps {
  readonly kind: MapKind;
  readonly item: Item;
  readonly layers: number;
  readonly theme: Theme;
  /** Named before the path, where there are several maps. */
  readonly title?: string;
  readonly onOpen: (item: Item) => void;
  readonly onUp: () => void;
}

interface Pointed {
  readonly shape: Shape;
  readonly x: number;
  readonly y: number;
}

/** A treemap or sunburst of an item. Everything in it is also in the table beside it. */
export function SizeMap({ kind, item, layers, theme, title, onOpen, onUp }: MapProps) {
  const frame = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const box = useBox(frame);
  const [pointed, setPointed] = useState<Pointed>();
  const root = useMemo(() => layOut(kind, item, box), [kind, item, box.width, box.height]);
  const paint = useMemo(() => paintOf(layers, theme), [layers, theme]);
  const isEmpty = item.bytes === 0;
  useLayoutEffect(() => {
    if (base.current !== null) drawMap(base.current, { kind, root, paint });
  }, [root, paint, isEmpty]);
  useEffect(() => {
    if (over.current !== null) drawOutline(over.current, { shape: pointed?.shape, paint });
  }, [pointed?.shape, root, paint]);
  useEffect(() => setPointed(undefined), [root]);

  const shown = useRef({ kind, root, box });
  shown.current = { kind, root, box };
  const shapeUnder = ({ x, y }: Point) => {
    const { kind: drawn, root: whole, box: room } = shown.current;
    const shape = shapeAt(drawn, whole, { x, y }, room);
    return shape === whole ? undefined : shape;
  };
  /** Where the mouse went since the last frame: it may move several times in one. */
  const moved = useRef<Point | undefined>(undefined);
  const onMouseMove = ({ offsetX: x, offsetY: y }: MouseEvent) => {
    if (moved.current === undefined) requestAnimationFrame(point);
    moved.current = { x, y };
  };
  const point = () => {
    const { current: at } = moved;
    moved.current = undefined;
    const shape = at && shapeUnder(at);
    setPointed(shape && at && { shape, ...at });
  };
  const onMouseLeave = () => {
    moved.current = undefined;
    setPointed(undefined);
  };
  const open = (shape: Shape | undefined) => {
    if (shape === undefined) onUp();
    else onOpen(whatToOpen(shape.item, item));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && pointed !== undefined) open(pointed.shape);
    else if (event.key === 'Backspace' || event.key === 'Escape') onUp();
    else {
      const to = neighbour(event.key, root, pointed?.shape);
      if (to === undefined) return;
      setPointed({ shape: to, ...anchor(kind, to, box) });
    }
    event.preventDefault();
  };
  const path = item.parent === undefined ? item.name : namesOf(item);
  return (
    <div
      class="map"
      ref={frame}
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys
      tabIndex={0}
      aria-label={`${title ?? ''} ${kind} of ${path}, ${size(item.bytes)}. Arrow keys move, Enter opens, Backspace goes up.`.trim()}
      onKeyDown={onKeyDown}
      onMouseMove={onMouseMove}
      onMouseLeave={onMouseLeave}
      onClick={(event: MouseEvent) => {
        if (event.detail > 0) open(shapeUnder({ x: event.offsetX, y: event.offsetY }));
      }}
    >
      {!isEmpty && <canvas ref={base} />}
      {kind === 'sunburst' && <canvas ref={over} />}
      {kind === 'treemap' && pointed !== undefined && <Outline shape={pointed.shape} />}
      {isEmpty && <p class="map-empty">Nothing here takes space.</p>}
      <div class="visually-hidden" aria-live="polite">
        {pointed !== undefined && describe(pointed.shape.item, item)}
      </div>
      {pointed !== undefined && <Tip pointed={pointed} root={item} box={box} />}
    </div>
  );
}

/** An element, not a drawing: moving it repaints nothing. */
function Outline({ shape: { x0, y0, x1, y1 } }: { shape: Shape }) {
  const style = {
    transform: `translate(${x0}px, ${y0}px)`,
    ...{ width: `${Math.max(3, x1 - x0)}px`, height: `${Math.max(3, y1 - y0)}px` },
  };
  return <div class="outline" aria-hidden="true" style={style} />;
}

function Tip({ pointed: { shape, x, y }, root, box }: { pointed: Pointed; root: Item; box: Box }) {
  const { item } = shape;
  const style = {
    ...(x < box.width / 2 ? { left: `${x + 14}px` } : { right: `${box.width - x + 14}px` }),
    ...(y < box.height / 2 ? { top: `${y + 14}px` } : { bottom: `${box.height - y + 14}px` }),
  };
  return (
    <div class="tip" aria-hidden="true" style={style}>
      <strong>{namesOf(item)}</strong>
      <span>
        {size(item.bytes)} · {share(item.bytes, root.bytes)}
      </span>
      {item.layer !== undefined && (
        <span>
          {item.kind === 'file' ? 'in' : 'mostly in'} layer {item.layer}
        </span>
      )}
      {item.hidden > 0 && <span class="bad">{size(item.hidden)} hidden in the end</span>}
    </div>
  );
}

export function namesOf(item: Item): string {
  const [first, ...names] = pathOf(item)
    .filter((one) => one === item || one.kind !== 'rest')
    .map(({ name }) => name);
  return first === '/' ? `/${names.join('/')}` : [first, ...names].join(' / ');
}

function describe(item: Item, root: Item): string {
  return `${namesOf(item)}, ${size(item.bytes)}, ${share(item.bytes, root.bytes)}`;
}

/** A file opens the directory that it is in, and itself once that is open. */
function whatToOpen(item: Item, open: Item): Item {
  const isOpenable = item.children().length > 0 || item.more !== undefined;
  return isOpenable || item.parent === undefined || item.parent === open ? item : item.parent;
}

/** Left and right go to the siblings, down into a shape, up out of it. */
function neighbour(key: string, root: Shape, from: Shape | undefined): Shape | undefined {
  if (!key.startsWith('Arrow')) return undefined;
  if (from === undefined) return root.children[0];
  if (key === 'ArrowDown') return from.children[0];
  const parent = parentOf(root, from);
  if (key === 'ArrowUp') return parent === root ? undefined : parent;
  const siblings = parent?.children ?? [];
  return siblings[siblings.indexOf(from) + (key === 'ArrowRight' ? 1 : -1)];
}

function parentOf(root: Shape, shape: Shape): Shape | undefined {
  if (root.children.includes(shape)) return root;
  for (const child of root.children) {
    const found = child.children.length > 0 ? parentOf(child, shape) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function anchor(kind: MapKind, { x0, x1, y0, y1 }: Shape, box: Box) {
  if (kind === 'treemap') return { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
  const [angle, distance] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return {
    x: box.width / 2 + Math.sin(angle) * distance,
    y: box.height / 2 - Math.cos(angle) * distance,
  };
}

interface Box {
  readonly width: number;
  readonly height: number;
}

function useBox(frame: { readonly current: HTMLElement | null }): Box {
  const [box, setBox] = useState<Box>({ width: 0, height: 0 });
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const measure = () => setBox({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return box;
}

function paintOf(layers: number, theme: Theme): Paint {
  const isDark = theme === 'dark';
  return {
    colours: layerColours(layers, isDark),
    ground: isDark ? '#171c24' : '#ffffff',
    plain: isDark ? { fill: '#232b36', ink: '#dbe2ea' } : { fill: '#eef1f5', ink: '#27313d' },
    hatch: isDark ? 'rgb(255 150 110 / 0.75)' : 'rgb(170 50 10 / 0.7)',
    outline: isDark ? '#ffffff' : '#10151c',
  };
}
