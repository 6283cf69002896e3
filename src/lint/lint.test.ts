import { describe, expect, it } from 'vitest';
import { parseDockerignore } from '../context/index.ts';
import { parseDockerfile, parseInstructions } from '../dockerfile/index.ts';
import type { ImageConfig } from '../oci/index.ts';
import { lintDockerfile } from './lint.ts';
import { RULES } from './registry.ts';
import { rulePage } from './rule.ts';

interface Facts {
  readonly ignore?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly wantsAllStages?: boolean;
  readonly image?: Partial<ImageConfig>;
  readonly runsHere?: ReadonlySet<string>;
}

/** The rules with findings, and the first line of the text that each points at. */
function lint(text: string, facts: Facts = {}): string[] {
  const tree = parseDockerfile(text, { file: 'Dockerfile' });
  const found = lintDockerfile(
    { tree, ...parseInstructions(tree) },
    {
      buildArgs: new Map(Object.entries(facts.buildArgs ?? {})),
      predefined: new Map([
        ['TARGETPLATFORM', 'linux/amd64'],
        ['BUILDPLATFORM', 'linux/amd64'],
      ]),
      target: facts.target,
      wantsAllStages: facts.wantsAllStages,
      platform: { os: 'linux', architecture: 'amd64' },
      runsHere: facts.runsHere,
      imageOf: (name) =>
        name === 'unknown'
          ? undefined
          : {
              os: 'linux',
              architecture: 'amd64',
              rootfs: { type: 'layers', diff_ids: [] },
              config: { Env: ['PATH=/bin', 'BASE=1'] },
              ...facts.image,
            },
      ignoreFile: () => (facts.ignore === undefined ? undefined : parseDockerignore(facts.ignore)),
    },
  );
  return found.map(({ code, location }) => {
    const { start, end } = location?.range ?? { start: { offset: 0 }, end: { offset: 0 } };
    return `${code}: ${text.slice(start.offset, end.offset).split('\n')[0]}`;
  });
}

type Case = readonly [rule: string, text: string, at: readonly string[], facts?: Facts];

const CASES: readonly Case[] = [
  ['StageNameCasing', 'FROM a AS Build', ['Build']],
  ['StageNameCasing', 'FROM a AS build', []],
  ['FromAsCasing', 'FROM a as b', ['as']],
  ['FromAsCasing', 'from a as b', []],
  ['NoEmptyContinuation', 'FROM a\nRUN b \\\n\n c', ['']],
  ['NoEmptyContinuation', 'FROM a\nRUN b \\\n# x\n c', []],
  ['ConsistentInstructionCasing', 'FROM a\nRun b\nRUN c', ['Run']],
  ['ConsistentInstructionCasing', 'FROM a\nrun b\nRUN c', ['run']],
  ['ConsistentInstructionCasing', 'from a\nrun b\nRUN c', ['RUN']],
  ['ConsistentInstructionCasing', 'from a\nrun b', []],
  ['DuplicateStageName', 'FROM a AS b\nFROM a AS b', ['b']],
  ['DuplicateStageName', 'FROM a AS b\nFROM a AS c', []],
  ['ReservedStageName', 'FROM a AS scratch', ['scratch']],
  ['ReservedStageName', 'FROM a AS context', ['context']],
  ['ReservedStageName', 'FROM a AS scratchy', []],
  ['JSONArgsRecommended', 'FROM a\nCMD b c', ['CMD b c']],
  ['JSONArgsRecommended', 'FROM a\nENTRYPOINT b', ['ENTRYPOINT b']],
  ['JSONArgsRecommended', 'FROM a\nCMD ["b"]', []],
  ['JSONArgsRecommended', 'FROM a\nSHELL ["b"]\nCMD c', []],
  ['JSONArgsRecommended', 'FROM a\nCMD c', [], { image: { config: { Shell: ['x'] } } }],
  ['MaintainerDeprecated', 'FROM a\nMAINTAINER b', ['MAINTAINER b']],
  ['MaintainerDeprecated', 'FROM a\nLABEL maintainer=b', []],
  ['UndefinedArgInFrom', 'FROM a:$VERSION', ['a:$VERSION']],
  ['UndefinedArgInFrom', 'FROM --platform=$X a', ['$X']],
  ['UndefinedArgInFrom', 'ARG VERSION=1\nFROM a:$VERSION', []],
  ['UndefinedArgInFrom', 'ARG VERSION\nFROM a:1$VERSION', []],
  ['UndefinedArgInFrom', 'FROM --platform=$BUILDPLATFORM a', []],
  ['WorkdirRelativePath', 'FROM a\nWORKDIR b', ['WORKDIR b']],
  ['WorkdirRelativePath', 'FROM a\nWORKDIR /b\nWORKDIR c', []],
  ['WorkdirRelativePath', 'FROM a AS x\nWORKDIR /b\nFROM x\nWORKDIR c', []],
  ['WorkdirRelativePath', 'FROM a\nENV D=/b\nWORKDIR $D', []],
  ['WorkdirRelativePath', 'FROM a\nWORKDIR C:/b', ['WORKDIR C:/b']],
  ['WorkdirRelativePath', 'FROM --platform=windows/amd64 a\nWORKDIR C:/b', []],
  ['UndefinedVar', 'FROM a\nCOPY $SRC /', ['$SRC']],
  ['UndefinedVar', 'FROM a\nENV A=1 B=$A', ['$A']],
  ['UndefinedVar', 'FROM a\nENV A="$X/$X $Y" B=$X', ['$X', '$Y', '$X']],
  ['UndefinedVar', 'FROM a\nARG A=$X$X', ['$X']],
  ['UndefinedVar', 'FROM a\nARG A=1 B=$A', []],
  ['UndefinedVar', 'ARG X=1\nFROM a\nUSER $X', ['$X']],
  ['UndefinedVar', 'ARG X=1\nFROM a\nARG X\nUSER $X', []],
  ['UndefinedVar', 'FROM a\nARG X\nUSER u$X', []],
  ['UndefinedVar', 'FROM a\nUSER $BASE$PATH', []],
  ['UndefinedVar', 'FROM a\nRUN echo $HOME', []],
  ['UndefinedVar', 'FROM a\nRUN --mount=type=cache,target=/$N true', ['$N']],
  ['UndefinedVar', 'FROM a\nEXPOSE $PORTS', []],
  ['UndefinedVar', 'FROM a\nCOPY <<E /f\n$N\nE', ['$N']],
  ['UndefinedVar', "FROM a\nCOPY <<'E' /f\n$N\nE", []],
  ['UndefinedVar', 'FROM unknown\nUSER $X', []],
  ['UndefinedVar', 'FROM scratch\nUSER $X', ['$X']],
  ['UndefinedVar', 'FROM a AS b\nENV X=1\nFROM b\nUSER $X', []],
  ['MultipleInstructionsDisallowed', 'FROM a\nCMD ["a"]\nCMD ["b"]', ['CMD ["a"]']],
  [
    'MultipleInstructionsDisallowed',
    'FROM a\nHEALTHCHECK NONE\nHEALTHCHECK NONE',
    ['HEALTHCHECK NONE'],
  ],
  ['MultipleInstructionsDisallowed', 'FROM a AS b\nCMD ["a"]\nFROM b\nCMD ["b"]', []],
  ['LegacyKeyValueFormat', 'FROM a\nENV b c', ['ENV b c']],
  ['LegacyKeyValueFormat', 'FROM a\nENV b=c', []],
  ['WorkdirRelativePath', 'FROM a AS b\nONBUILD WORKDIR x\nFROM b', ['FROM b']],
  ['WorkdirRelativePath', 'FROM a AS b\nONBUILD WORKDIR x\nFROM b AS c\nFROM c', ['FROM b AS c']],
  [
    'JSONArgsRecommended',
    'FROM a\nCMD ["x"]',
    ['FROM a'],
    { image: { config: { OnBuild: ['CMD x', 'nonsense'] } } },
  ],
  ['UndefinedVar', 'FROM a', ['FROM a'], { image: { config: { OnBuild: ['ENV A=$B'] } } }],
  [
    'SecretsUsedInArgOrEnv',
    'FROM a',
    ['FROM a'],
    { image: { config: { OnBuild: ['ARG TOKEN'] } } },
  ],
  ['ConsistentInstructionCasing', 'FROM a', [], { image: { config: { OnBuild: ['cmd ["x"]'] } } }],
  ['InvalidBaseImagePlatform', 'FROM a', ['a'], { image: { architecture: 'arm64' } }],
  ['InvalidBaseImagePlatform', 'FROM a', []],
  [
    'InvalidBaseImagePlatform',
    'FROM a\nFROM --platform=linux/amd64 a',
    ['a'],
    { image: { architecture: 'arm64' }, wantsAllStages: true, runsHere: new Set(['arm64']) },
  ],
  [
    'InvalidBaseImagePlatform',
    'FROM --platform=linux/arm64 a',
    [],
    { image: { architecture: 'arm64' } },
  ],
  [
    'RedundantTargetPlatform',
    'FROM --platform=$TARGETPLATFORM a',
    ['FROM --platform=$TARGETPLATFORM a'],
  ],
  [
    'RedundantTargetPlatform',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Dockerfile syntax
    'FROM --platform=${TARGETPLATFORM} a',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Dockerfile syntax
    ['FROM --platform=${TARGETPLATFORM} a'],
  ],
  ['RedundantTargetPlatform', 'FROM --platform=$BUILDPLATFORM a', []],
  ['SecretsUsedInArgOrEnv', 'FROM a\nARG AWS_SECRET_ACCESS', ['AWS_SECRET_ACCESS']],
  ['SecretsUsedInArgOrEnv', 'FROM a\nENV github_token=x', ['github_token']],
  ['SecretsUsedInArgOrEnv', 'FROM a\nENV KEY_FILE=x PUBLIC_KEY=y TOKENS=z MONKEY=m', []],
  [
    'SecretsUsedInArgOrEnv',
    'FROM a\n# check=skip=SecretsUsedInArgOrEnv\nENV PASSWORD=x\nENV PASSWD=x',
    ['PASSWD'],
  ],
  ['InvalidDefaultArgInFrom', 'ARG V\nFROM a:$V', ['a:$V'], { buildArgs: { V: '1' } }],
  ['InvalidDefaultArgInFrom', 'ARG V\nFROM $V', ['$V'], { buildArgs: { V: 'a' } }],
  ['InvalidDefaultArgInFrom', 'ARG V=1\nFROM a:$V', []],
  [
    'FromPlatformFlagConstDisallowed',
    'FROM --platform=linux/arm64 a',
    ['FROM --platform=linux/arm64 a'],
  ],
  ['FromPlatformFlagConstDisallowed', 'FROM --platform=linux/arm64 a AS build-arm64', []],
  ['FromPlatformFlagConstDisallowed', 'FROM --platform=$BUILDPLATFORM a', []],
  ['CopyIgnoredFile', 'FROM a\nCOPY b /', ['b'], { ignore: 'b' }],
  ['CopyIgnoredFile', 'FROM a\nADD x/b /', ['x/b'], { ignore: 'x' }],
  ['CopyIgnoredFile', 'FROM a\nCOPY . /', ['.'], { ignore: '**' }],
  ['CopyIgnoredFile', 'FROM a\nCOPY . /', [], { ignore: 'b' }],
  ['CopyIgnoredFile', 'FROM a\nCOPY b /', [], { ignore: 'b\n!b/c' }],
  ['CopyIgnoredFile', 'FROM a AS c\nFROM a\nCOPY --from=c b /', [], { ignore: 'b' }],
  ['CopyIgnoredFile', 'FROM a\nADD https://example.com/b /', [], { ignore: '**' }],
  ['ExposeProtoCasing', 'FROM a\nEXPOSE 80/TCP', ['80/TCP']],
  ['ExposeProtoCasing', 'FROM a\nEXPOSE 80/tcp 81', []],
  ['ExposeInvalidFormat', 'FROM a\nEXPOSE 127.0.0.1:80:80', ['127.0.0.1:80:80']],
  ['ExposeInvalidFormat', 'FROM a\nEXPOSE 8000-8010', []],
];

describe('a check', () => {
  const cases = CASES.map(([rule, text, at, facts = {}]) => ({ rule, text, at, facts }));

  it.each(cases)('$rule of $text', ({ rule, text, at, facts }) => {
    const found = lint(text, facts).filter((line) => line.startsWith(`${rule}: `));
    expect(found).toEqual(at.map((location) => `${rule}: ${location}`));
  });

  it('is tried with something good and something bad', () => {
    const tried = (isBad: boolean) =>
      new Set(CASES.filter(([, , at]) => at.length > 0 === isBad).map(([rule]) => rule));
    const names = RULES.filter(({ isExperimental }) => !isExperimental).map(({ name }) => name);
    expect(names.filter((name) => !tried(true).has(name) || !tried(false).has(name))).toEqual([]);
  });

  it('looks only at what the target needs, but for the form of the text', () => {
    const text = 'FROM a AS unused\nCMD b\nFROM a As used\nFROM used';
    expect(lint(text)).toEqual(['FromAsCasing: As']);
    expect(lint(text, { wantsAllStages: true })).toContain('JSONArgsRecommended: CMD b');
    expect(lint(text, { target: 'unused' })).toEqual([
      'JSONArgsRecommended: CMD b',
      'FromAsCasing: As',
    ]);
  });

  it('is silenced by the directive, all at once or by name', () => {
    const rest = '\nFROM a as B\nCMD c';
    expect(lint(`# check=skip=JSONArgsRecommended,FromAsCasing${rest}`)).toEqual([
      'StageNameCasing: B',
    ]);
    expect(lint(`# check=skip=all${rest}`)).toEqual([]);
  });

  it('runs as an experiment only where it is asked for', () => {
    const rest = '# what it is\nFROM a AS b';
    expect(lint(rest)).toEqual([]);
    const found = ['InvalidDefinitionDescription: FROM a AS b'];
    expect(lint(`# check=experimental=all\n${rest}`)).toEqual(found);
    expect(lint(`# check=experimental=InvalidDefinitionDescription\n${rest}`)).toEqual(found);
    expect(lint(`# check=experimental=all;skip=all\n${rest}`)).toEqual([]);
    expect(lint('# check=experimental=all\n# b is for c\nFROM a AS b')).toEqual([]);
  });

  it('suggests the name that was meant', () => {
    const tree = parseDockerfile('FROM scratch\nARG VERSION\nUSER $VERSON', { file: 'f' });
    const [warning] = lintDockerfile(
      { tree, ...parseInstructions(tree) },
      {
        buildArgs: new Map(),
        predefined: new Map(),
        target: undefined,
        platform: { os: 'linux', architecture: 'amd64' },
        imageOf: () => undefined,
        ignoreFile: () => undefined,
      },
    );
    expect(warning?.hint).toBe("did you mean '$VERSION'?");
  });
});

describe('the page of a rule', () => {
  it('is named like the rule', () => {
    expect(rulePage('JSONArgsRecommended')).toBe('docs/rules/json-args-recommended.md');
    expect(rulePage('SecretsUsedInArgOrEnv')).toBe('docs/rules/secrets-used-in-arg-or-env.md');
  });
});
