/** Random edits of projects: of instructions, their order, variables, files, the ignore file, base images and flags. */
import type { StepCause } from '../../src/index.ts';
import {
  type Edit,
  type Line,
  type Project,
  type ProjectFile,
  packed,
  type Random,
  type Stage,
  textOfLine,
} from './random-projects.ts';

type Maker = (project: Project, random: Random) => Edit | undefined;

/** Up to that many edits of different parts. */
export function randomEdits(project: Project, random: Random, most: number): readonly Edit[] {
  const edits: Edit[] = [];
  for (let tries = 0; edits.length < most && tries < 50; tries++) {
    const edit = random.pick(MAKERS)(project, random);
    if (edit !== undefined && !edits.some(({ part }) => part === edit.part)) edits.push(edit);
  }
  return edits;
}

const changedWord: Maker = (project, random) => {
  const stage = random.pick(project.stages);
  const line = random.pick(stage.lines);
  const part = random.pick(['', ...Object.keys(line.parts).filter((name) => name !== 'name')]);
  if (part === '' || !line.isThere) return undefined;
  const value = changedPart(part, line, random);
  const after = { ...line, parts: { ...line.parts, [part]: value } };
  return {
    part: line.id,
    apply: (of) => withLine(of, line.id, () => after),
    isNamed: (cause) => isLineNamed(cause, line, after),
  };
};

const OTHER_VALUES: Readonly<Record<string, readonly string[]>> = {
  user: ['app', 'nobody'],
  pattern: ['*.log', 't*'],
  named: ['one', 'two'],
  shell: ['-c', '-ec'],
};

function changedPart(part: string, line: Line, random: Random): string {
  const current = line.parts[part] ?? '';
  const other = OTHER_VALUES[part]?.find((value) => value !== current);
  if (other !== undefined) return other;
  if (part === 'dest') return `/to-${random.word()}`;
  if (part !== 'flag') return random.word();
  const [on, off] = line.template.startsWith('RUN') ? [',rw', ''] : [' --chmod=600', ''];
  return current === off ? on : off;
}

const addedOrGone: Maker = (project, random) => {
  const stage = random.pick(project.stages);
  const line = random.pick(stage.lines);
  if (line.template === 'COPY keep /keep') return undefined;
  return {
    part: line.id,
    apply: (of) => withLine(of, line.id, (now) => ({ ...now, isThere: !line.isThere })),
    isNamed: (cause) => isLineNamed(cause, line, line),
  };
};

const swapped: Maker = (project, random) => {
  const stage = random.pick(project.stages);
  const at = 1 + random.below(stage.lines.length - 1);
  const [first, second] = [stage.lines[at], stage.lines[at + 1]];
  if (first === undefined || second === undefined || !first.isThere || !second.isThere)
    return undefined;
  const moved = (lines: readonly Line[]) => {
    const [one, other] = [first, second].map(({ id }) => lines.findIndex((now) => now.id === id));
    return lines.map((now, index) =>
      index === one
        ? (lines[other ?? -1] ?? now)
        : index === other
          ? (lines[one ?? -1] ?? now)
          : now,
    );
  };
  return {
    part: `order of ${stage.name}`,
    apply: (of) => withStage(of, stage.name, (now) => ({ ...now, lines: moved(now.lines) })),
    isNamed: (cause) =>
      cause.kind === 'order' ||
      [first, second].some(
        (line) => !/^(COPY|RUN)/.test(line.template) && isLineNamed(cause, line, line),
      ),
  };
};

const changedFile: Maker = (project, random) => {
  const path = random.pick(Object.keys(project.files));
  return fileEdit(path, (file) => ({ ...file, content: `one\n${random.word()}\n` }), project);
};

const changedArchive: Maker = (project, random) => {
  const content = packed(random.word());
  return fileEdit('packed.tar', (file) => ({ ...file, content }), project);
};

const changedNamed: Maker = (project, random) => {
  const path = random.pick(Object.keys(project.named));
  const file = { content: `named\n${random.word()}\n`, mode: 0o644 };
  return {
    part: `named ${path}`,
    apply: (of) => ({ ...of, named: { ...of.named, [path]: file } }),
    isNamed: (cause) => isFileNamed(cause, path),
  };
};

const changedMode: Maker = (project, random) => {
  const path = random.pick(Object.keys(project.files));
  return fileEdit(
    path,
    (file) => ({ ...file, mode: file.mode === 0o644 ? 0o755 : 0o644 }),
    project,
  );
};

function fileEdit(
  path: string,
  change: (file: ProjectFile) => ProjectFile,
  project: Project,
): Edit {
  const file = project.files[path] ?? { content: 'new\n', mode: 0o644 };
  const after = change(file);
  return {
    part: path,
    apply: (of) => ({ ...of, files: { ...of.files, [path]: after } }),
    isNamed: (cause) => isFileNamed(cause, path),
  };
}

const newFile: Maker = (_, random) => {
  const path = `d/new-${random.word()}`;
  return {
    part: path,
    apply: (of) => ({ ...of, files: { ...of.files, [path]: { content: path, mode: 0o644 } } }),
    isNamed: (cause) => isFileNamed(cause, path) && cause.before === null,
  };
};

const goneFile: Maker = (project, random) => {
  const path = random.pick(Object.keys(project.files));
  if (!/^(d\/(two|deep|four|new)|e\.log)/.test(path)) return undefined;
  return {
    part: path,
    apply: (of) => ({ ...of, files: without(of.files, path) }),
    isNamed: (cause) => isFileNamed(cause, path) && cause.after === null,
  };
};

const renamedFile: Maker = (project, random) => {
  const path = random.pick(Object.keys(project.files).filter((name) => name !== 'd/one'));
  const file = project.files[path];
  if (file === undefined || !path.startsWith('d/')) return undefined;
  const name = `d/new-${random.word()}`;
  return {
    part: path,
    apply: (of) => ({ ...of, files: { ...without(of.files, path), [name]: file } }),
    isNamed: (cause) => isFileNamed(cause, path) || isFileNamed(cause, name),
  };
};

const changedIgnore: Maker = (project, random) => {
  const pattern = random.pick(['**/*.log', 'd/deep', 'd/t*', 'nothing', '!d/two', '!**/four.log']);
  const has = project.ignore.includes(pattern);
  return {
    part: 'ignore',
    apply: (of) => ({
      ...of,
      ignore: has ? of.ignore.filter((one) => one !== pattern) : [...of.ignore, pattern],
    }),
    // What a pattern lets in again was left out by another one.
    isNamed: ({ kind, before, after }) =>
      kind === 'ignore' &&
      (pattern.startsWith('!') || `${before} ${after}`.includes(`left out by ${pattern}`)),
  };
};

const changedBase: Maker = (project, random) => {
  const stage = random.pick(project.stages);
  const others = ['busybox', 'other', '$BASE'].filter((base) => base !== stage.base);
  if (!['busybox', 'other', '$BASE'].includes(stage.base)) return undefined;
  const base = random.pick(others);
  return {
    part: `base of ${stage.name}`,
    apply: (of) => withStage(of, stage.name, (now) => ({ ...now, base })),
    isNamed: ({ kind }) => kind === 'base',
  };
};

const changedGlobalArg: Maker = (project) => ({
  part: 'BASE',
  apply: (of) => ({ ...of, globalArg: project.globalArg === 'busybox' ? 'other' : 'busybox' }),
  isNamed: ({ kind, subject }) => kind === 'arg' && subject === 'BASE',
});

const changedChoice: Maker = (project) => {
  if (!project.stages.some(({ base }) => base === '$CHOSEN')) return undefined;
  const chosen = project.chosen === 'stage0' ? 'stage1' : 'stage0';
  return {
    part: 'CHOSEN',
    apply: (of) => ({ ...of, chosen }),
    // A stage that nothing needed before was never built.
    isNamed: ({ kind, subject }) => kind === 'missing' || (kind === 'arg' && subject === 'CHOSEN'),
  };
};

const changedGlobal: Maker = (_, random) => {
  const value = random.word();
  return {
    part: 'GLOBAL',
    apply: (of) => ({ ...of, global: value }),
    isNamed: ({ kind, subject }) => kind === 'arg' && subject === 'GLOBAL',
  };
};

const changedBuildArg: Maker = (project, random) => {
  const name = random.pick(['A', 'X']);
  const isOff = project.buildArgs[name] !== undefined && random.below(2) === 0;
  const value = random.word();
  return {
    part: `build argument ${name}`,
    apply: (of) => ({
      ...of,
      buildArgs: isOff ? without(of.buildArgs, name) : { ...of.buildArgs, [name]: value },
    }),
    isNamed: ({ kind, subject }) => kind === 'arg' && subject === name,
  };
};

const uncached: Maker = (project, random) => {
  const { name } = random.pick(project.stages);
  const has = project.uncached.includes(name);
  return {
    part: 'uncached',
    apply: (of) => ({ ...of, uncached: has ? [] : [name] }),
    isNamed: ({ kind, subject }) => kind === 'forced' && subject === '--no-cache-filter',
  };
};

const otherTarget: Maker = (project, random) => {
  const { name } = random.pick(project.stages);
  return {
    part: 'target',
    apply: (of) => ({ ...of, target: name }),
    isNamed: ({ kind }) => kind === 'missing',
  };
};

const MAKERS: readonly Maker[] = [
  ...[changedWord, changedWord, changedWord, addedOrGone, addedOrGone, swapped, swapped],
  ...[changedFile, changedFile, changedMode, newFile, goneFile, renamedFile, changedIgnore],
  ...[changedArchive, changedNamed, changedNamed, changedGlobal, changedChoice],
  ...[changedBase, changedGlobalArg, changedBuildArg, changedBuildArg, uncached, otherTarget],
];

function isFileNamed({ kind, subject }: StepCause, path: string): boolean {
  return (kind === 'file' || kind === 'mount') && subject === path;
}

function isLineNamed(cause: StepCause, before: Line, after: Line): boolean {
  const { kind, subject } = cause;
  const [keyword = ''] = after.template.replace('ONBUILD ', '').split(' ');
  if (keyword === 'ENV' || keyword === 'ARG') {
    const { name = 'GLOBAL' } = after.parts;
    return (kind === 'env' || kind === 'arg') && (subject === name || subject === `MADE_${name}`);
  }
  if (kind !== 'definition' && kind !== 'mount' && kind !== 'secret') return false;
  const texts = [before, after].map(
    (line) => textOfLine(line).replace('ONBUILD ', '').split('\n')[0],
  );
  const words = Object.values(after.parts).filter((value) => value !== '');
  return (
    subject === keyword ||
    texts.some((text) => text === cause.before || text === cause.after) ||
    words.some((word) => subject?.split(' ').includes(word))
  );
}

function withStage(project: Project, name: string, change: (stage: Stage) => Stage): Project {
  const stages = project.stages.map((stage) => (stage.name === name ? change(stage) : stage));
  return { ...project, stages };
}

function withLine(project: Project, id: string, change: (line: Line) => Line): Project {
  const stages = project.stages.map((stage) => ({
    ...stage,
    lines: stage.lines.map((line) => (line.id === id ? change(line) : line)),
  }));
  return { ...project, stages };
}

function without<T>(values: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
}
