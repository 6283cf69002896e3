/** Random multi-stage projects and edits of them, each edit with the causes that may name it. */
import type { StepCause } from '../../src/index.ts';
import { header, pack } from './tars.ts';

/** An instruction whose text has `{name}` for each of its parts. */
export interface Line {
  readonly id: string;
  readonly template: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly isThere: boolean;
}

export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly lines: readonly Line[];
}

export interface ProjectFile {
  readonly content: string;
  readonly mode: number;
}

export interface Project {
  readonly globalArg: string;
  /** Default of another global ARG. */
  readonly global: string;
  /** The stage that a third global ARG names, on which the last of three may stand. */
  readonly chosen: string;
  /** Files of the build context `named`. */
  readonly named: Readonly<Record<string, ProjectFile>>;
  readonly stages: readonly Stage[];
  readonly files: Readonly<Record<string, ProjectFile>>;
  readonly ignore: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly uncached: readonly string[];
  readonly target: string;
}

/** A change of one part of a project that no other edit of the same round changes. */
export interface Edit {
  readonly part: string;
  readonly apply: (project: Project) => Project;
  /** Whether a cause names this edit. */
  readonly isNamed: (cause: StepCause) => boolean;
}

/** Numbers from 0 to 1, the same for the same seed. */
export class Random {
  #state: number;
  #count = 0;

  constructor(seed: number) {
    this.#state = seed * 0x9e3779b1;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  }

  /** A word that was never there before. */
  word(): string {
    return `w${++this.#count}`;
  }
}

const KINDS = [
  'COPY{flag} a {dest}',
  'COPY b a {dest}/',
  'COPY d {dest}/',
  'COPY . {dest}/',
  'WORKDIR {dest}',
  'COPY{flag} b relative-{name}',
  'ENV {name}={value}',
  'ENV {name}={value} MADE_{name}=of-{value}',
  'ARG {name}={value}',
  'RUN echo {word} > /tmp/made-{name}',
  'RUN echo $E $A $X {word} >> /tmp/made-{name}',
  'RUN --mount=type=bind,source=d,target=/m{flag} cat /m/one > /tmp/seen-{name}',
  'COPY <<END {dest}\nfirst\n{word}\nEND',
  'USER {user}',
  'ADD packed.tar {dest}/',
  'ADD{flag} a {dest}',
  'COPY --exclude={pattern} d {dest}/',
  'COPY a /with-$X-{word}',
  'COPY --from=named {named} {dest}/',
  'COPY --chown={user} b {dest}',
  'WORKDIR /in-$E{dest}',
  'ARG GLOBAL',
  'SHELL ["/bin/sh", "{shell}"]',
  'ONBUILD COPY a {dest}',
  'ONBUILD ENV {name}={value}',
  'RUN <<END\necho first > /tmp/first-{name}\necho {word}\nEND',
  'RUN --mount=type=cache,target=/cache-{word} echo $GLOBAL > /tmp/cached-{name}',
  'RUN --mount=type=tmpfs,target=/ram-{word} true',
  'RUN --mount=type=secret,id={word} true',
  'RUN --mount=type=ssh,target=/agent-{word} true',
  'RUN --mount=type=bind,from=named,target=/m cat /m/one > /tmp/named-{name}',
  'RUN --mount=type=bind,target=/m{flag} ls /m/d > /tmp/listed-{name}',
];
/** Templates that read from an earlier stage. */
const READERS = [
  'COPY --from={from} /keep {dest}',
  'COPY --from={from} / {dest}/',
  'COPY --from={from} /k*p {dest}/',
  'RUN --mount=type=bind,from={from},source=/keep,target=/m cat /m > /tmp/read-{name}',
];

export function randomProject(random: Random): Project {
  const count = 2 + random.below(2);
  const stages: Stage[] = [];
  for (let at = 0; at < count; at++) {
    const name = `stage${at}`;
    const earlier = stages.map((stage) => stage.name);
    const bases = ['busybox', 'other', '$BASE', 'scratch', ...earlier];
    if (at === 2) bases.push('$CHOSEN', '$CHOSEN');
    const base = random.pick(bases);
    const hasShell = canRun(base, stages);
    // Names of users are looked up in the stage.
    const kinds = KINDS.filter((kind) => hasShell || !/^RUN|--chown/.test(kind));
    const lines = [line(`${name}.keep`, 'COPY keep /keep', random)];
    for (let more = 3 + random.below(5); more > 0; more--) {
      lines.push(line(`${name}.${lines.length}`, random.pick(kinds), random));
    }
    for (const from of earlier) {
      const readers = READERS.filter((template) => hasShell || !template.startsWith('RUN'));
      const template = random.pick(readers).replace('{from}', from);
      lines.splice(1 + random.below(lines.length), 0, line(`${name}.${from}`, template, random));
    }
    stages.push({ name, base, lines });
  }
  const file = (): ProjectFile => ({ content: `one\n${random.word()}\n`, mode: 0o644 });
  const paths = ['keep', 'a', 'b', 'd/one', 'd/two', 'd/deep/three', 'd/four.log', 'e.log'];
  return {
    ...{ globalArg: 'busybox', stages, ignore: [], buildArgs: {}, uncached: [] },
    global: random.word(),
    chosen: 'stage0',
    named: { one: file(), two: file() },
    files: {
      ...Object.fromEntries(paths.map((path) => [path, file()])),
      'packed.tar': { content: packed(random.word()), mode: 0o644 },
    },
    target: `stage${count - 1}`,
  };
}

/** The text of an archive with one file in it. */
export function packed(content: string): string {
  return pack([
    { header: header({ path: 'from-archive' }), content: Buffer.from(content) },
  ]).toString();
}

function canRun(base: string, stages: readonly Stage[]): boolean {
  if (base === 'scratch') return false;
  if (base === '$CHOSEN') return stages.every(({ name }) => canRun(name, stages));
  const stage = stages.find(({ name }) => name === base);
  return stage === undefined || canRun(stage.base, stages);
}

function line(id: string, template: string, random: Random): Line {
  const parts: Record<string, string> = {};
  for (const [, part = ''] of template.matchAll(/\{(\w+)\}/g)) {
    parts[part] = partValue(part, template, random);
  }
  return { id, template, parts, isThere: true };
}

function partValue(part: string, template: string, random: Random): string {
  if (part === 'flag') return '';
  if (part === 'user') return 'app';
  if (part === 'pattern') return '*.log';
  if (part === 'named') return 'one';
  if (part === 'shell') return '-c';
  if (part === 'dest') return `/to-${random.word()}`;
  if (part !== 'name') return random.word();
  if (template.startsWith('ARG')) return random.pick(['A', 'X']);
  return /^(ONBUILD )?ENV/.test(template) ? random.pick(['E', 'X']) : random.word();
}

export function textOfLine({ template, parts }: Line): string {
  return template.replace(/\{(\w+)\}/g, (_, part: string) => parts[part] ?? '');
}

/** The Dockerfile, and the ids of its instructions by their lines. */
export function writeDockerfile({ globalArg, global, chosen, stages }: Project) {
  const lines = [`ARG BASE=${globalArg}`, `ARG GLOBAL=${global}`, `ARG CHOSEN=${chosen}`];
  const ids = new Map<number, string>();
  for (const stage of stages) {
    lines.push(`FROM ${stage.base} AS ${stage.name}`);
    for (const one of stage.lines) {
      if (!one.isThere) continue;
      ids.set(lines.length + 1, one.id);
      lines.push(...textOfLine(one).split('\n'));
    }
  }
  return { text: `${lines.join('\n')}\n`, ids };
}
