import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { drawMap, drawOutline, type Paint } from './draw-map.ts';
import { share, size } from './format.ts';
import { type Item, pathOf } from './items.ts';
import { layOut, type MapKind, type Shape, shapeAt } from './map-layout.ts';
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
  useEffect(() => {
    if (base.current !== null) drawMap(base.current, { kind, root, paint });
  }, [root, paint]);
  useEffect(() => {
    if (over.current !== null) drawOutline(over.current, { kind, shape: pointed?.shape, paint });
  }, [pointed, root, paint]);
  useEffect(() => setPointed(undefined), [root]);

  const point = ({ offsetX: x, offsetY: y }: MouseEvent) => {
    const shape = shapeAt(kind, root, { x, y }, box);
    setPointed(shape === undefined || shape === root ? undefined : { shape, x, y });
  };
  const open = () => {
    if (pointed === undefined) return onUp();
    onOpen(nearestDirectory(pointed.shape.item));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && pointed !== undefined) open();
    else if (event.key === 'Backspace' || event.key === 'Escape') onUp();
    else {
      const next = neighbour(event.key, root, pointed?.shape);
      if (next === undefined) return;
      setPointed({ shape: next, ...anchor(kind, next, box) });
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
      onMouseMove={point}
      onMouseLeave={() => setPointed(undefined)}
      onClick={(event: MouseEvent) => {
        if (event.detail > 0) open();
      }}
    >
      <canvas ref={base} />
      <canvas ref={over} />
      {item.bytes === 0 && <p class="map-empty">Nothing here.</p>}
      <div class="visually-hidden" aria-live="polite">
        {pointed !== undefined && describe(pointed.shape.item, item)}
      </div>
      {pointed !== undefined && <Tip pointed={pointed} root={item} box={box} />}
    </div>
  );
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
  const [first, ...names] = pathOf(item).map(({ name }) => name);
  return first === '/' ? `/${names.join('/')}` : [first, ...names].join(' / ');
}

function describe(item: Item, root: Item): string {
  return `${namesOf(item)}, ${size(item.bytes)}, ${share(item.bytes, root.bytes)}`;
}

function nearestDirectory(item: Item): Item {
  return item.children().length > 0 || item.parent === undefined ? item : item.parent;
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
