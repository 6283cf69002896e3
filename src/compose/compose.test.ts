import { describe, expect, it } from 'vitest';
import { type ComposeFile, loadCompose, parseDotEnv } from './index.ts';

const file = (text: string, name = 'compose.yaml'): ComposeFile => ({ name, text });

function load(files: readonly ComposeFile[], env: Readonly<Record<string, string>> = {}) {
  const readFile = (path: string) => {
    const found = files.find(({ name }) => name === path);
    if (found === undefined) throw new Error(path);
    return found;
  };
  return loadCompose(files.slice(0, 1), { env, readFile }).services;
}

const tagOf = (value: string, env: Readonly<Record<string, string>> = {}) =>
  load([file(`services:\n  a:\n    build:\n      tags: ['${value}']\n`)], env)[0]?.build?.tags[0];

describe('variables of Compose files', () => {
  it.each([
    ['$A-${A}', 'x-x'],
    ['${A:-y}${B:-y}${E:-y}', 'xyy'],
    ['${A-y}${B-y}${E-y}', 'xy'],
    ['${A:+y}${B:+y}${E:+y}', 'y'],
    ['${B:-${C:-$A}}', 'x'],
    ['$$A ${A}', '$A x'],
  ])('%s', (text, expected) => {
    expect(tagOf(text, { A: 'x', E: '' })).toBe(expected);
  });

  it('refuses a required variable that is not set, with its place', () => {
    expect(() => tagOf('${X:?say which}')).toThrow(
      expect.objectContaining({
        code: 'COMPOSE_INVALID',
        message: 'the variable X is required: say which',
        location: expect.objectContaining({ file: 'compose.yaml' }),
      }),
    );
  });

  it('reads .env files', () => {
    const text = '# c\nA=1\nexport B="two $A\\n"\nC=\'$A\' # d\n\nD=x y # e\nE: f\nM="a\nb"\n';
    expect(Object.fromEntries(parseDotEnv(text, '.env', {}))).toEqual({
      ...{ A: '1', B: 'two 1\n', C: '$A', D: 'x y', E: 'f', M: 'a\nb' },
    });
  });
});

describe('several Compose files', () => {
  it('merges extended services, and included files', () => {
    const services = load([
      file(
        'include: [more.yaml]\nservices:\n  a:\n    extends: {file: base.yaml, service: b}\n    build: {args: {Y: "2"}}\n',
      ),
      file('services:\n  b:\n    build:\n      context: c\n      args: [X=1, Y=1]\n', 'base.yaml'),
      file('services:\n  m:\n    image: m\n', 'more.yaml'),
    ]);
    expect(services.map(({ name }) => name)).toEqual(['m', 'a']);
    expect(services[1]?.build?.context).toBe('c');
    expect(Object.fromEntries(services[1]?.build?.args ?? [])).toEqual({ X: '1', Y: '2' });
  });

  it.each([
    ['services:\n  a:\n    extends: a\n', 'extends itself'],
    ['services:\n  a:\n    build: {contxt: x}\n', "unknown key 'contxt'"],
    ['services:\n  a:\n    build: {args: x}\n', "invalid value for 'args'"],
    ['services:\n  a: {}\n', 'neither an image nor a build'],
    ['a: [\n', 'not valid YAML'],
    ['services: {}\n', 'no services'],
    ['include: [compose.yaml]\n', 'includes itself'],
  ])('refuses %j', (text, message) => {
    expect(() => load([file(text)])).toThrow(
      expect.objectContaining({
        code: 'COMPOSE_INVALID',
        message: expect.stringContaining(message),
      }),
    );
  });

  it('underlines an unknown key, not its value', () => {
    const text = 'services:\n  a:\n    build:\n      contxt: x\n';
    const start = expect.objectContaining({ line: 4, column: 7 });
    const end = expect.objectContaining({ line: 4, column: 13 });
    const range = { start, end };
    expect(() => load([file(text)])).toThrow(
      expect.objectContaining({ location: expect.objectContaining({ range }) }),
    );
  });

  it('knows what a service depends on, in all ways', () => {
    const [service] = load([
      file(
        'services:\n  a:\n    image: a\n    depends_on: {b: {condition: service_started}}\n    links: [c:d]\n' +
          '    volumes_from: [e:ro, "container:f"]\n    network_mode: service:g\n',
      ),
    ]);
    expect(service?.dependsOn).toEqual(['b', 'c', 'e', 'g']);
  });

  it('refuses aliases that would fill the memory', () => {
    const bomb = Array.from(
      { length: 12 },
      (_, i) =>
        `a${i}: &a${i} [${
          i === 0
            ? '"x"'
            : Array(9)
                .fill(`*a${i - 1}`)
                .join(',')
        }]`,
    );
    expect(() => load([file(`${bomb.join('\n')}\nservices: *a11\n`)])).toThrow();
  });
});
