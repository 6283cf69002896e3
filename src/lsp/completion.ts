/** Proposals for what is being written. */
import { RULES } from '../lint/index.ts';
import { cursorAt, type WordCursor } from './cursor.ts';
import type { DockerfileModel } from './model.ts';
import { INSTRUCTIONS, MOUNT_OPTIONS, MOUNT_TYPES, PREDEFINED } from './reference.ts';
import { GLOBAL, visibleAt } from './variables.ts';

export interface Proposal {
  readonly label: string;
  readonly kind: 'instruction' | 'flag' | 'value' | 'stage' | 'variable' | 'file' | 'directory';
  readonly detail?: string | undefined;
  /** Replaces the text from here to the cursor. */
  readonly start: number;
}

/** A name in a directory of the build context. */
export interface ContextName {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** Lists a directory of the build context, without what the ignore file hides; empty if there is no context. */
export type ListContext = (path: string) => readonly ContextName[];

export function proposalsAt(
  model: DockerfileModel,
  offset: number,
  list: ListContext,
): readonly Proposal[] {
  const cursor = cursorAt(model, offset);
  switch (cursor.kind) {
    case 'nothing':
      return [];
    case 'directive':
      return directives(cursor.text, cursor.start);
    case 'keyword':
      return keywords(model, cursor.start);
    default:
      return words(model, cursor, { offset, list });
  }
}

function directives(text: string, start: number): readonly Proposal[] {
  const skipped = /^check\s*=\s*(?:skip|experimental)\s*=\s*(?:[A-Za-z]*,)*([A-Za-z]*)$/.exec(text);
  if (skipped !== null) {
    const from = start + text.length - (skipped[1]?.length ?? 0);
    const rules = RULES.map(({ name, description }) => value(name, from, description));
    return [...rules, value('all', from, 'all checks')];
  }
  if (/[=\s]/.test(text)) return [];
  return [
    value('syntax=docker/dockerfile:1', start, 'the version of the syntax'),
    value('escape=`', start, 'the escape character'),
    value('check=skip=', start, 'build checks to skip'),
  ];
}

function keywords({ tree }: DockerfileModel, start: number): readonly Proposal[] {
  const written = tree.instructions.filter(({ keyword }) => keyword !== '');
  const lower = written.filter(({ keyword }) => keyword === keyword.toLowerCase()).length;
  const isLower = lower * 2 > written.length;
  return Object.entries(INSTRUCTIONS).map(([name, { syntax }]) => ({
    ...{ label: isLower ? name.toLowerCase() : name, kind: 'instruction', detail: syntax, start },
  }));
}

interface Completing {
  readonly offset: number;
  readonly list: ListContext;
}

function words(
  model: DockerfileModel,
  cursor: WordCursor,
  completing: Completing,
): readonly Proposal[] {
  const { keyword, word, start, isAmongFlags, before } = cursor;
  const variable = /\$\{?(\w*)$/.exec(word);
  if (variable !== null) {
    return variables(model, cursor, completing.offset - (variable[1]?.length ?? 0));
  }
  if (isAmongFlags && word.startsWith('-')) return flags(model, cursor, completing);
  const own = isAmongFlags && word === '' ? flagNames(keyword, start) : [];
  switch (keyword) {
    case 'FROM':
      return [...own, ...fromWords(model, cursor)];
    case 'COPY':
    case 'ADD':
      if (before.some((one) => one.startsWith('--from='))) return own;
      return [...own, ...paths(word, start, completing.list)];
    case 'HEALTHCHECK':
      return isAmongFlags
        ? [...own, value('CMD', start, 'a command'), value('NONE', start, 'no check')]
        : [];
    default:
      return own;
  }
}

function variables(
  model: DockerfileModel,
  { node, keyword }: WordCursor,
  start: number,
): readonly Proposal[] {
  const scope = keyword === 'FROM' ? GLOBAL : (model.stageOf.get(node)?.index ?? GLOBAL);
  const visible = visibleAt(model, scope, node.extent.start.offset);
  const declared = [...visible].map(
    ([name, { kind, value: text }]): Proposal => ({
      ...{ label: name, kind: 'variable', start },
      detail:
        text === undefined ? kind.toUpperCase() : `${kind.toUpperCase()} ${name}=${text.text}`,
    }),
  );
  const predefined = scope === GLOBAL ? PREDEFINED.filter((name) => !visible.has(name)) : [];
  return [
    ...declared,
    ...predefined.map(
      (label): Proposal => ({ label, kind: 'variable', start, detail: 'set by the build' }),
    ),
  ];
}

function flagNames(keyword: string, start: number): readonly Proposal[] {
  const known = INSTRUCTIONS[keyword]?.flags ?? {};
  return Object.entries(known).map(([name, { text, isSwitch }]) => ({
    ...{ label: isSwitch ? `--${name}` : `--${name}=`, kind: 'flag', detail: text, start },
  }));
}

function flags(
  model: DockerfileModel,
  cursor: WordCursor,
  { list }: Completing,
): readonly Proposal[] {
  const { keyword, word, start } = cursor;
  const equals = word.indexOf('=');
  if (equals < 0) return flagNames(keyword, start);
  const name = word.slice(2, equals);
  const text = word.slice(equals + 1);
  const at = start + equals + 1;
  if (keyword === 'RUN' && name === 'mount') return mountFields(model, cursor, { text, at, list });
  if (keyword === 'COPY' && name === 'from') return stages(model, cursor, at);
  const help = INSTRUCTIONS[keyword]?.flags[name];
  const values = help?.isSwitch ? ['true', 'false'] : (help?.values ?? []);
  return values.map((one) => value(one, at));
}

function mountFields(
  model: DockerfileModel,
  cursor: WordCursor,
  { text, at, list }: { readonly text: string; readonly at: number; readonly list: ListContext },
): readonly Proposal[] {
  const fields = text.split(',');
  const field = fields.pop() ?? '';
  const start = at + text.length - field.length;
  const given = new Map(fields.map((one) => one.split('=', 2) as [string, string | undefined]));
  const type = given.get('type') ?? 'bind';
  const equals = field.indexOf('=');
  if (equals < 0) {
    const options = Object.entries(MOUNT_OPTIONS)
      .filter(([name, { types }]) => types.includes(type) && !given.has(name))
      .map(([name, { text: detail, isSwitch }]) =>
        value(isSwitch ? name : `${name}=`, start, detail),
      );
    return given.has('type') ? options : [value('type=', start, 'kind of the mount'), ...options];
  }
  const from = start + equals + 1;
  const key = field.slice(0, equals);
  if (key === 'type') {
    return Object.entries(MOUNT_TYPES).map(([name, detail]) => value(name, from, detail));
  }
  if (key === 'from') return stages(model, cursor, from);
  if ((key === 'source' || key === 'src') && type === 'bind' && !given.has('from')) {
    return paths(field.slice(equals + 1), from, list);
  }
  return (MOUNT_OPTIONS[key]?.values ?? []).map((one) => value(one, from));
}

function fromWords(model: DockerfileModel, cursor: WordCursor): readonly Proposal[] {
  const count = cursor.before.filter((one) => !one.startsWith('--')).length;
  if (count === 0) return [...stages(model, cursor, cursor.start), value('scratch', cursor.start)];
  return count === 1 ? [value('AS', cursor.start, 'names the stage')] : [];
}

/** The named stages before the one of the cursor. */
function stages(model: DockerfileModel, { node }: WordCursor, start: number): readonly Proposal[] {
  const own = model.stageOf.get(node)?.index ?? model.stages.length;
  return model.stages.flatMap(({ index, typed }): Proposal[] => {
    const name = typed?.stageWord?.text;
    if (name === undefined || index >= own) return [];
    return [{ label: name, kind: 'stage', detail: typed?.text, start }];
  });
}

function paths(word: string, start: number, list: ListContext): readonly Proposal[] {
  if (word.startsWith('<<') || word.startsWith('[')) return [];
  const slash = word.lastIndexOf('/') + 1;
  return list(word.slice(0, slash)).map(({ name, isDirectory }) => ({
    label: isDirectory ? `${name}/` : name,
    kind: isDirectory ? 'directory' : 'file',
    start: start + slash,
  }));
}

function value(label: string, start: number, detail?: string): Proposal {
  return { label, kind: 'value', detail, start };
}
