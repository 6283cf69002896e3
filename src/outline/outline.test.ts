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

function survey(target?: string, buildArgs: Readonly<Record<string, string>> = {}) {
  const tree = parseDockerfile(FILE, { file: 'Dockerfile' });
  return surveyDockerfile(tree, parseInstructions(tree).instructions, {
    buildArgs: new Map(Object.entries(buildArgs)),
    predefined: new Map(),
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
      ['GOAL', 'all', 'is what is made'],
    ]);
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
    const rows = targetsOf(survey()).map(({ name, isDefault, base, platform, description }) => {
      return { name, isDefault, base, platform, description };
    });
    const none = { platform: undefined, description: undefined, isDefault: false };
    expect(rows).toEqual([
      { ...none, name: 'build', base: 'base:1', description: 'compiles' },
      { ...none, name: 'unused', base: 'other' },
      { ...none, name: undefined, base: 'scratch', platform: 'linux/arm64', isDefault: true },
    ]);
  });
});
