import './definition.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { PageBuildStep, PageImage, PageInstruction } from '../page-data.ts';
import { duration, size } from './format.ts';
import { layerColours } from './palette.ts';
import { ScrollPane } from './scroll-pane.tsx';
import type { Theme } from './theme.ts';

export interface DefinitionProps {
  readonly image: PageImage;
  readonly position: number;
  readonly theme: Theme;
  readonly chosen: number | undefined;
  readonly onChoose: (layer: number | undefined) => void;
}

/** The Dockerfile with its line numbers, and what each instruction cost; else the instructions of the history. */
export function Definition({ image, position, theme, chosen, onChoose }: DefinitionProps) {
  const { definition, report, build } = image;
  const { kind, lines, instructions } = definition;
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    const row = pane.current?.querySelector<HTMLElement>('tr.chosen');
    if (row !== null && row !== undefined && pane.current !== null) showIn(pane.current, row);
  }, [chosen]);
  const colours = layerColours(report.layers.length, theme === 'dark');
  const costs = instructions.map((one) => costOf(one, image));
  const most = {
    time: Math.max(1, ...costs.map(({ time }) => time?.milliseconds ?? 0)),
    bytes: Math.max(1, ...costs.map(({ bytes }) => bytes ?? 0)),
  };
  const isFile = kind === 'dockerfile';
  const title = isFile ? (build?.dockerfile ?? 'Dockerfile') : 'History';
  const rows: ComponentChildren[] = [];
  let next = 0;
  const findings = Map.groupBy(isFile ? report.findings : [], (one) => one.line);
  for (let line = 1; line <= lines.length; line++) {
    while ((instructions[next]?.last ?? Number.POSITIVE_INFINITY) < line) next++;
    const instruction = instructions[next];
    const isInside = instruction !== undefined && instruction.first <= line;
    const cost = costs[next];
    const isFirst = instruction?.first === line;
    rows.push(
      <tr key={line} class={classOf(isInside ? instruction : undefined, { isFirst, chosen })}>
        {isFirst && (
          <td class="made" rowSpan={instruction.last - line + 1}>
            <LayerLink layers={instruction.layers} {...{ colours, chosen, onChoose }} />
          </td>
        )}
        {!isInside && <td />}
        {isFile && <td class="number line-number">{line}</td>}
        <td class="code">
          <Code text={lines[line - 1] ?? ''} isFirst={isFirst} />
          <Findings findings={findings.get(line) ?? []} />
        </td>
        {isFirst && cost !== undefined && (
          <Cost cost={cost} most={most} rows={instruction.last - line + 1} hasTimes={isFile} />
        )}
        {!isInside && <td colSpan={isFile ? 3 : 1} />}
      </tr>,
    );
  }
  return (
    <section class="card" aria-labelledby={`definition-${position}`}>
      <div class="section-head">
        <h2 id={`definition-${position}`}>{title}</h2>
        <span class="quiet">
          {isFile ? 'what each line took and ships' : 'no Dockerfile of it is on record here'}
        </span>
      </div>
      <ScrollPane class="pane" label={title} pane={pane}>
        <table class="definition">
          <caption class="visually-hidden">{title}, line by line</caption>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              {isFile && (
                <th scope="col" class="number">
                  Line
                </th>
              )}
              <th scope="col">Instruction</th>
              {isFile && <th scope="col">Cache</th>}
              {isFile && (
                <th scope="col" class="number">
                  Time
                </th>
              )}
              <th scope="col" class="number">
                Size
              </th>
            </tr>
          </thead>
          <tbody>{rows}</tbody>
        </table>
      </ScrollPane>
    </section>
  );
}

interface InstructionCost {
  /** `unneeded`: the target does not need its stage; undefined: it changes no file. */
  readonly state: PageBuildStep['status'] | 'unneeded' | undefined;
  readonly time: { readonly milliseconds: number; readonly isEarlier: boolean } | undefined;
  /** Undefined: it makes no layer. */
  readonly bytes: number | undefined;
  /** The layer is in the image, not only in a stage that was left behind. */
  readonly isShipped: boolean;
}

function costOf(instruction: PageInstruction, { report, build }: PageImage): InstructionCost {
  const { layers, isNeeded } = instruction;
  const steps = instruction.steps.flatMap((index) => build?.steps[index] ?? []);
  const work = steps.filter(({ kind }) => kind !== 'image');
  const shipped = layers.map((index) => report.layers[index]?.unpacked ?? 0);
  const bytes = (layers.length > 0 ? shipped : work.map((step) => step.bytes)).reduce(
    (sum, one) => sum + one,
    0,
  );
  return {
    state: isNeeded ? stateOf(work) : 'unneeded',
    time: timeOf(work),
    bytes: layers.length > 0 || work.length > 0 ? bytes : undefined,
    isShipped: layers.length > 0,
  };
}

function stateOf(steps: readonly PageBuildStep[]): PageBuildStep['status'] | undefined {
  const states = ['ran', 'skipped', 'cached'] as const;
  return states.find((state) => steps.some(({ status }) => status === state));
}

function timeOf(steps: readonly PageBuildStep[]): InstructionCost['time'] {
  const known = steps.filter(({ lastMilliseconds }) => lastMilliseconds !== null);
  if (known.length === 0) return undefined;
  const milliseconds = known.reduce((sum, step) => sum + (step.lastMilliseconds ?? 0), 0);
  return { milliseconds, isEarlier: !known.some(({ status }) => status === 'ran') };
}

const STATES: Readonly<Record<NonNullable<InstructionCost['state']>, string>> = {
  ...{ cached: 'cached', ran: 'ran', skipped: 'skipped', unneeded: 'not needed' },
};

interface CostProps {
  readonly cost: InstructionCost;
  readonly most: { readonly time: number; readonly bytes: number };
  readonly rows: number;
  readonly hasTimes: boolean;
}

function Cost({ cost: { state, time, bytes, isShipped }, most, rows, hasTimes }: CostProps) {
  const part = (amount: number, whole: number) => ({ '--part': `${(amount / whole) * 100}%` });
  return (
    <>
      {hasTimes && (
        <td rowSpan={rows}>
          {state !== undefined && <span class={`state ${state}`}>{STATES[state]}</span>}
        </td>
      )}
      {hasTimes && (
        <td class="number" rowSpan={rows}>
          {time !== undefined && (
            <span
              class={time.isEarlier ? 'meter quiet' : 'meter'}
              style={part(time.milliseconds, most.time)}
              title={time.isEarlier ? 'when it last ran' : undefined}
            >
              {duration(time.milliseconds)}
            </span>
          )}
        </td>
      )}
      <td class="number" rowSpan={rows}>
        {bytes !== undefined && (
          <span
            class={isShipped ? 'meter' : 'meter quiet'}
            style={part(bytes, most.bytes)}
            title={isShipped ? undefined : 'left behind in its stage'}
          >
            {size(bytes)}
          </span>
        )}
      </td>
    </>
  );
}

interface LayerLinkProps {
  readonly layers: readonly number[];
  readonly colours: ReturnType<typeof layerColours>;
  readonly chosen: number | undefined;
  readonly onChoose: (layer: number | undefined) => void;
}

/** Several layers, those of a base image, are one link to the first. */
function LayerLink({ layers, colours, chosen, onChoose }: LayerLinkProps) {
  const [first] = layers;
  if (first === undefined) return null;
  const last = layers.at(-1) ?? first;
  const isChosen = chosen !== undefined && layers.includes(chosen);
  const colour = colours[last];
  return (
    <button
      type="button"
      class="layer-button"
      style={{ '--layer': colour?.fill ?? '', '--on-layer': colour?.ink ?? '' }}
      aria-pressed={isChosen}
      aria-label={`Layer ${first}: show only what this instruction ships`}
      onClick={() => onChoose(isChosen ? undefined : first)}
    >
      {first === last ? first : `${first}–${last}`}
    </button>
  );
}

/** What the linter says of a line. */
function Findings({ findings }: { findings: PageImage['report']['findings'] }) {
  if (findings.length === 0) return null;
  return (
    <ul class="lint">
      {findings.map(({ code, severity, what, hint, bytes }) => (
        <li key={`${code} ${what}`} title={hint}>
          <b class={severity}>{code}</b> {what}
          {bytes === null ? '' : `, ${size(bytes)}`}
        </li>
      ))}
    </ul>
  );
}

function Code({ text, isFirst }: { text: string; isFirst: boolean }) {
  if (/^\s*#/.test(text)) return <code class="comment">{text}</code>;
  const [, indent = '', keyword = '', rest = ''] = /^(\s*)(\S+)(.*)$/s.exec(text) ?? [];
  if (!isFirst || keyword === '') return <code>{text === '' ? '\u00a0' : text}</code>;
  return (
    <code>
      {indent}
      <b>{keyword}</b>
      {rest}
    </code>
  );
}

function classOf(
  instruction: PageInstruction | undefined,
  { isFirst, chosen }: { isFirst: boolean; chosen: number | undefined },
): string | undefined {
  if (instruction === undefined) return undefined;
  const { isNeeded, layers } = instruction;
  const isChosen = chosen !== undefined && layers.includes(chosen);
  const names = [isFirst ? 'first' : '', isNeeded ? '' : 'unneeded', isChosen ? 'chosen' : ''];
  return names.filter((name) => name !== '').join(' ') || undefined;
}

/** Scrolls the pane alone: the page stays where it is. */
function showIn(pane: HTMLElement, row: HTMLElement): void {
  const [top, bottom] = [row.offsetTop, row.offsetTop + row.offsetHeight];
  const head = 40;
  if (top - head < pane.scrollTop) pane.scrollTop = top - head;
  else if (bottom > pane.scrollTop + pane.clientHeight) {
    pane.scrollTop = bottom - pane.clientHeight + head;
  }
}
