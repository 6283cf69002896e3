import { describe, expect, it } from 'vitest';
import { parseDockerfile, parseInstructions } from '../dockerfile/index.ts';
import { surveyDockerfile } from '../lint/index.ts';
import { outlineOf } from './outline.ts';
import { targetsOf } from './targets.ts';

const FILE = `
ARG VERSION=1
ARG UNUSED=1

# build compiles
FROM base:$VERSION AS build
# GOAL is what is made
ARG GOAL=all
RUN --mount=type=secret,target=/etc/npmrc --mount=type=cache,id=c,target=/c make

FROM other AS unused
ARG NOT_NEEDED
RUN --mount=type=secret,id=x true

FROM --platform=linux/arm64 scratch
ARG VERSION
ARG GOAL=some
RUN --mount=type=secret,id=npmrc,required --mount=type=ssh --mount=type=ssh,id=k true
COPY --from=build /x /
`;

function survey(
  target?: string,
  buildArgs: Readonly<Record<string, string>> = {},
  file: string = FILE,
) {
  const tree = parseDockerfile(file, { file: 'Dockerfile' });
  return surveyDockerfile(tree, parseInstructions(tree).instructions, {
    buildArgs: new Map(Object.entries(buildArgs)),
    predefined: new Map([['TARGETARCH', 'amd64']]),
    target,
    platform: { os: 'linux', architecture: 'amd64' },
    imageOf: () => undefined,
  });
}

describe('the outline of a target', () => {
  it('holds the arguments of all stages it needs, with values and descriptions', () => {
    const { args } = outlineOf(survey());
    expect(args.map(({ name, value, description }) => [name, value, description])).toEqual([
      ['VERSION', '1', undefined],
      ['GOAL', 'some', undefined],
    ]);
  });

  it.each([
    ['ARG A=1\nARG B=$A-2\nARG C=$B\nFROM scratch\nARG C', 'A=1 B=1-2 C=1-2'],
    ['ARG A=1\nARG B=$A\nFROM scratch\nARG A', 'A=1'],
    [`ARG T=scratch\nFROM \${T:-$U}`, 'T=scratch'],
    ['ARG FOO=header\nFROM scratch\nARG FOO=stage', 'FOO=stage'],
    ['ARG FOO=header\nFROM scratch\nARG FOO', 'FOO=header'],
    [`ARG A=1\nARG A=\${A}2\nFROM scratch\nARG A`, 'A=12'],
    [`FROM scratch\nARG A=1\nARG A=\${A}2\nARG B=$A`, 'A=12 B=12'],
    ['FROM scratch\nARG TARGETARCH\nARG X', 'X'],
    ['FROM scratch\nARG TARGETARCH=own', 'TARGETARCH=own'],
    ['FROM scratch AS a\nARG X=a\nFROM scratch AS b\nARG X=b\nFROM b\nCOPY --from=a / /', 'X=b'],
    ['FROM scratch AS a\nONBUILD ARG X=1\nFROM a', 'X=1'],
    ['FROM scratch AS z\nARG Z=1\nFROM scratch AS a\nONBUILD COPY --from=z / /\nFROM a', 'Z=1'],
  ])('has the arguments of %j', (file, expected) => {
    const { args } = outlineOf(survey(undefined, {}, file));
    const shown = args.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`));
    expect(shown.join(' ')).toBe(expected);
  });

  it('shows what triggers take at the FROM that brings them', () => {
    const file = 'FROM scratch AS a\nONBUILD ARG X\nONBUILD RUN --mount=type=ssh x\nFROM a\n';
    const { args, ssh } = outlineOf(survey(undefined, {}, file));
    expect([...args, ...ssh].map(({ range }) => range.start.line)).toEqual([4, 4]);
  });

  it('shows what was given', () => {
    const { args } = outlineOf(survey('build', { VERSION: '2', GOAL: 'x' }));
    expect(args.map(({ name, value }) => [name, value])).toEqual([
      ['VERSION', '2'],
      ['GOAL', 'x'],
    ]);
  });

  it('names a secret once, required where any step requires it', () => {
    const { secrets, ssh, cache } = outlineOf(survey());
    expect(secrets.map(({ name, required }) => [name, required])).toEqual([['npmrc', true]]);
    expect(ssh.map(({ name }) => name)).toEqual(['default', 'k']);
    expect(cache.map(({ name }) => name)).toEqual(['c']);
  });

  it('tells name and description', () => {
    expect(outlineOf(survey('build'))).toMatchObject({ name: 'build', description: 'compiles' });
    expect(outlineOf(survey()).name).toBeUndefined();
  });
});

describe('the targets of a file', () => {
  it('are its stages', () => {
    const rows = targetsOf(survey()).map(
      ({ name, isDefault, base, resolvedBase, platform, description }) => {
        return { name, isDefault, base, resolvedBase, platform, description };
      },
    );
    const none = { platform: undefined, description: undefined, isDefault: false };
    expect(rows).toEqual([
      {
        ...none,
        name: 'build',
        base: 'base:$VERSION',
        resolvedBase: 'base:1',
        description: 'compiles',
      },
      { ...none, name: 'unused', base: 'other', resolvedBase: 'other' },
      {
        ...none,
        base: 'scratch',
        resolvedBase: 'scratch',
        name: undefined,
        platform: 'linux/arm64',
        isDefault: true,
      },
    ]);
  });
});
