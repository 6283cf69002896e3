import { describe, expect, it } from 'vitest';
import { AMD64, type PlanSettings, plan } from '../../test/support/plans.ts';
import type { ExecOp, Op } from '../graph/index.ts';
import { reachable } from '../graph/index.ts';
import { digestOf } from '../oci/index.ts';
import type { BuildPlan } from './plan.ts';
import type { PlanOptions } from './stage-plan.ts';

function ops(made: BuildPlan): readonly Op[] {
  return reachable(made.graph, [made.target]).map(({ op }) => op);
}

function runs(made: BuildPlan): readonly ExecOp[] {
  return ops(made).filter((op) => op.kind === 'exec');
}

async function historyOf(text: string, settings?: PlanSettings): Promise<readonly string[]> {
  return (await plan(text, settings)).image.history.map(({ createdBy }) => createdBy);
}

describe('the stages of a plan', () => {
  it('are planned only as far as the target needs them', async () => {
    const made = await plan('FROM nowhere AS unused\nFROM base AS used\nRUN a\nFROM used\nRUN b\n');
    expect(made.stages.map(({ name, root }) => [name, root === undefined])).toEqual([
      ['unused', true],
      ['used', false],
      ['stage-2', false],
    ]);
    expect(runs(made).map(({ args }) => args.at(-1))).toEqual(['a', 'b']);
  });

  it('are found by name in any case, by index, and end at the target', async () => {
    const text = 'FROM base AS One\nRUN one\nFROM base\nRUN two\n';
    for (const target of ['one', 'ONE', '0']) {
      expect(runs(await plan(text, { target })).map(({ args }) => args.at(-1))).toEqual(['one']);
    }
  });

  it('run the same programs of the same files again for each platform', async () => {
    const text = 'FROM scratch\nCOPY a /a\nRUN ["/a"]\n';
    const [here, there] = await Promise.all([
      plan(text),
      plan(text, { platform: { os: 'linux', architecture: 'arm64' } }),
    ]);
    const [copy = [], other = []] = [here, there].map(({ graph, target }) =>
      reachable(graph, [target]).map(({ id }) => id),
    );
    expect(copy.slice(0, -1)).toEqual(other.slice(0, -1));
    expect(copy.at(-1)).not.toBe(other.at(-1));
  });

  it('that are misspelt as a target are guessed', async () => {
    const planning = plan('FROM base AS build\n', { target: 'biuld' });
    await expect(planning).rejects.toMatchObject({
      code: 'PLAN_UNKNOWN_TARGET',
      hint: "did you mean 'build'?",
    });
  });

  it('with a RUN of nothing are refused before anything is run', async () => {
    await expect(plan('FROM base\nRUN true\nRUN []\n')).rejects.toMatchObject({
      code: 'PLAN_EMPTY_RUN',
      location: { range: { start: { line: 3 } } },
    });
    await plan('FROM base AS unused\nRUN []\nFROM base\n');
  });

  describe('behind a named context', () => {
    const TEXT = `FROM base AS one
RUN one
FROM base AS two
RUN two
FROM one AS three
COPY --from=files /x /x
`;
    const contexts = (of: Readonly<Record<string, string>>) =>
      new Map(Object.entries(of).map(([name, stage]) => [name, { kind: 'stage', stage } as const]));

    it('replace images and stages, earlier or later', async () => {
      const made = await plan(TEXT, { contexts: contexts({ files: 'two', one: '1' }) });
      expect(runs(made).map(({ args }) => args.at(-1))).toEqual(['two']);
      const onBase = await plan('FROM other\nRUN a\nFROM base AS b\nRUN b\n', {
        target: '0',
        contexts: contexts({ other: 'b' }),
      });
      expect(runs(onBase).map(({ args }) => args.at(-1))).toEqual(['b', 'a']);
    });

    it('may not need each other, and have to be there', async () => {
      for (const of of [{ files: 'three' }, { files: 'one', one: 'three' }, { one: 'one' }]) {
        const planning = plan(TEXT, { contexts: contexts({ files: 'two', ...of }) });
        await expect(planning).rejects.toMatchObject({ code: 'PLAN_CIRCULAR_STAGES' });
      }
      await expect(plan(TEXT, { contexts: contexts({ files: 'tow' }) })).rejects.toMatchObject({
        code: 'PLAN_UNKNOWN_TARGET',
        hint: "did you mean 'two'?",
      });
    });
  });

  it.each([
    ['EXPOSE 80 # web', 'DOCKERFILE_TRAILING_COMMENT', [11, 16]],
    ['EXPOSE 80 99999', 'PLAN_INVALID_PORT', [11, 16]],
    ['STOPSIGNAL SIGTERM # end', 'DOCKERFILE_TRAILING_COMMENT', [12, 25]],
    ['STOPSIGNAL SIGTREM', 'PLAN_UNKNOWN_SIGNAL', [12, 19]],
    ['RUN --network=none --security=insecure a', 'PLAN_NOT_ALLOWED', [20, 39]],
    ['RUN --mount=type=cache a', 'PLAN_MOUNT_TARGET', [13, 23]],
  ])('underline what is wrong in %j', async (line, code, [start, end]) => {
    await expect(plan(`FROM base\n${line}\n`)).rejects.toMatchObject({
      code,
      location: { range: { start: { line: 2, column: start }, end: { line: 2, column: end } } },
    });
  });

  it.each(['none', 'private'] as const)(
    'need --allow for the host network when the build has %s',
    async (network) => {
      const text = 'FROM base\nRUN --network=host a\n';
      await expect(plan(text, { network })).rejects.toMatchObject({
        code: 'PLAN_NOT_ALLOWED',
        message: 'RUN --network=host is not allowed in this build',
        location: { range: { start: { line: 2, column: 5 } } },
      });
      const { graph } = await plan(text, { network, allow: ['network.host'] });
      const networks = [...graph.vertices.values()].flatMap(({ op }) =>
        op.kind === 'exec' ? [op.network] : [],
      );
      expect(networks).toEqual(['host']);
      await expect(plan(text)).resolves.toBeDefined();
    },
  );

  it('number their steps, the base image being one', async () => {
    const made = await plan('FROM base AS build\nRUN a\nENV x=y\nCOPY b /c\nFROM build\nRUN d\n');
    const names = reachable(made.graph, [made.target]).map(
      ({ id }) => made.graph.info.get(id)?.name,
    );
    expect(names).toEqual([
      '[build 1/3] FROM base',
      '[build 2/3] RUN a',
      '[internal] load build context',
      '[build 3/3] COPY b /c',
      '[stage-1 1/1] RUN d',
    ]);
  });

  it('make one vertex of the same step on the same base', async () => {
    const made = await plan(
      'FROM base AS a\nRUN same\nFROM base AS b\nRUN same\nFROM scratch\nCOPY --from=a / /\nCOPY --from=b / /\n',
    );
    expect(runs(made)).toHaveLength(1);
  });
});

describe('arguments', () => {
  it('before the first FROM are seen in FROM, and in a stage only where declared again', async () => {
    const made = await plan('ARG name=base\nFROM $name\nRUN first\nARG name\nRUN second\n');
    expect(runs(made).map(({ env }) => env.includes('name=base'))).toEqual([false, true]);
  });

  it('are taken from the command line, else from the default', async () => {
    const text = 'FROM base\nARG a=1 b=$a\nRUN x\n';
    expect(runs(await plan(text))[0]?.env).toContain('b=1');
    expect(runs(await plan(text, { args: { a: '2' } }))[0]?.env).toContain('b=2');
  });

  it('go to stages made from the stage, and to no others', async () => {
    const made = await plan(
      'FROM base AS a\nARG x=1\nFROM a AS b\nRUN b\nFROM base\nRUN c\nCOPY --from=b / /\n',
    );
    const seen = new Map(runs(made).map(({ args, env }) => [args.at(-1), env.includes('x=1')]));
    expect(seen).toEqual(
      new Map([
        ['b', true],
        ['c', false],
      ]),
    );
  });

  it('for proxies reach RUN outside its environment, in both spellings', async () => {
    const made = await plan('FROM base\nRUN x\n', { args: { http_proxy: 'http://proxy:1' } });
    const [vertex] = reachable(made.graph, [made.target]).filter(({ op }) => op.kind === 'exec');
    const info = vertex === undefined ? undefined : made.graph.info.get(vertex.id);
    expect(info?.proxyEnv).toEqual(['HTTP_PROXY=http://proxy:1', 'http_proxy=http://proxy:1']);
    expect(runs(made)[0]?.env.join()).not.toContain('proxy');
  });

  it('are part of the history of RUN with the values RUN sees', async () => {
    const history = await historyOf('FROM base\nARG a=1\nARG b\nENV a=2\nRUN x\n');
    expect(history.at(-1)).toBe('RUN |2 a=2 b= /bin/sh -c x # buildkit');
  });
});

describe('the history', () => {
  it.each([
    ['RUN ["a", "b c"]', 'RUN a b c # buildkit'],
    ['COPY --chown=1:2 --chmod=755 a b /c/', 'COPY --chown=1:2 --chmod=755 a b /c/ # buildkit'],
    ['COPY <<one <<two /c/\n1\none\n2\ntwo', 'COPY <<one <<two /c/ # buildkit'],
    ['ADD a /b', 'ADD a /b # buildkit'],
    ['WORKDIR x', 'WORKDIR /x'],
    ['ENV a=1 b="2 3"', 'ENV a=1 b=2 3'],
    ['LABEL a=1', 'LABEL a=1'],
    ['ARG a=1 b', 'ARG a=1 b'],
    ['CMD ["a", "b"]', 'CMD ["a" "b"]'],
    ['CMD a "b"', 'CMD ["/bin/sh" "-c" "a \\"b\\""]'],
    ['ENTRYPOINT ["a"]', 'ENTRYPOINT ["a"]'],
    ['USER a:b', 'USER a:b'],
    ['VOLUME /a /b', 'VOLUME [/a /b]'],
    ['SHELL ["/bin/bash", "-c"]', 'SHELL [/bin/bash -c]'],
    ['STOPSIGNAL SIGINT', 'STOPSIGNAL SIGINT'],
    ['EXPOSE 81 80/udp', 'EXPOSE [80/udp 81/tcp]'],
  ])('of %s is %s', async (instruction, text) => {
    expect((await historyOf(`FROM base\n${instruction}\n`)).at(-1)).toBe(text);
  });

  it('says of each entry whether it has a layer', async () => {
    const made = await plan('FROM base\nENV a=b\nRUN x\nWORKDIR /\nWORKDIR /w\nUSER u\n');
    expect(made.image.history.map(({ emptyLayer }) => emptyLayer)).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
  });
});

describe('the image config', () => {
  it('inherits from the base, and a new ENTRYPOINT drops an inherited CMD', async () => {
    const base = { Cmd: ['old'], User: 'u', Env: ['PATH=/p', 'A=1'] };
    const kept = (await plan('FROM base\nENV A=2\n', { base })).image.config;
    expect(kept).toMatchObject({ Cmd: ['old'], User: 'u', Env: ['PATH=/p', 'A=2'] });
    const replaced = (await plan('FROM base\nENTRYPOINT ["e"]\n', { base })).image.config;
    expect(replaced.Cmd).toBeUndefined();
    const own = (await plan('FROM base\nCMD ["c"]\nENTRYPOINT ["e"]\n', { base })).image.config;
    expect(own.Cmd).toEqual(['c']);
  });

  it('has labels of the command line over those of the file', async () => {
    const made = await plan('FROM base\nLABEL a=1 b=1\n', { labels: { b: '2' } });
    expect(made.image.config.Labels).toEqual({ a: '1', b: '2' });
  });

  it('runs the triggers of its base first, and does not hand them on', async () => {
    const made = await plan('FROM base\nRUN own\n', {
      base: { OnBuild: ['RUN triggered', 'ENV t=1'] },
    });
    expect(runs(made).map(({ args }) => args.at(-1))).toEqual(['triggered', 'own']);
    expect(made.image.config.OnBuild).toBeUndefined();
    expect(made.image.config.Env).toContain('t=1');
  });

  it('keeps triggers of its own for those who build upon it', async () => {
    const made = await plan('FROM base\nONBUILD RUN later\n');
    expect(made.image.config.OnBuild).toEqual(['RUN later']);
    expect(runs(made)).toEqual([]);
  });
});

describe('thousands of instructions', () => {
  const COUNT = 40_000;

  it.each([
    ['LABEL', (n: number) => `LABEL l${n}=v`, 'Labels'],
    ['EXPOSE', (n: number) => `EXPOSE ${n + 1}`, 'ExposedPorts'],
    ['VOLUME', (n: number) => `VOLUME /v${n}`, 'Volumes'],
  ] as const)('that are %s do not each copy what those before them made', async (_, line, map) => {
    const lines = Array.from({ length: COUNT }, (_each, n) => line(n));
    const { image } = await plan(`FROM scratch\n${lines.join('\n')}\n`);
    expect(Object.keys(image.config[map] ?? {})).toHaveLength(COUNT);
    expect(image.history).toHaveLength(COUNT);
  });

  it('are seen by the stages that come from theirs, and by no other', async () => {
    const base = { Labels: { base: '1', own: '1' }, Volumes: { '/base': {} } };
    const file = 'FROM base AS a\nLABEL own=2 a=1\nFROM a AS b\nLABEL b=1\nVOLUME /b\nFROM a\n';
    const other = await plan(`${file}LABEL c=1\n`, { base });
    expect(other.image.config.Labels).toEqual({ base: '1', own: '2', a: '1', c: '1' });
    expect(other.image.config.Volumes).toEqual({ '/base': {} });
    const second = await plan(`${file}LABEL c=1\n`, { base, target: 'b' });
    expect(second.image.config.Labels).toEqual({ base: '1', own: '2', a: '1', b: '1' });
    expect(second.image.config.Volumes).toEqual({ '/base': {}, '/b': {} });
  });
});

describe('RUN', () => {
  it('gives a lone here-document to the shell, and others back to it', async () => {
    const made = await plan('FROM base\nRUN <<A\none\ntwo\nA\nRUN cat <<B > /x\nthree\nB\n');
    expect(runs(made).map(({ args }) => args.at(-1))).toEqual([
      'one\ntwo\n',
      'cat <<B > /x\nthree\nB',
    ]);
  });

  it('puts a here-document with #! into a file', async () => {
    const [run] = runs(await plan('FROM base\nRUN <<S\n#!/bin/x\ncode\nS\n'));
    expect(run?.script).toEqual({ path: '/dev/pipes/S', content: '#!/bin/x\ncode\n' });
    expect(run?.args.at(-1)).toBe('/dev/pipes/S');
  });

  it('ignores the cache in the stages that are named', async () => {
    const made = await plan('FROM base AS a\nRUN a\nFROM a AS b\nRUN b\n', {
      noCacheFilter: ['a'],
    });
    const ignoring = reachable(made.graph, [made.target])
      .map(({ id }) => made.graph.info.get(id))
      .filter((info) => info?.ignoreCache === true)
      .map((info) => info?.stage);
    expect(new Set(ignoring)).toEqual(new Set(['a']));
  });
});

describe('an image', () => {
  it('is one vertex under whatever names, and says where it is under the first that was planned', async () => {
    const config = { ...AMD64, rootfs: { type: 'layers', diff_ids: [] } } as const;
    const resolveImage: PlanOptions['resolveImage'] = async (name) => ({
      ...{ name, id: digestOf('config'), config },
      source: { reference: `docker.io/library/${name}`, manifestDigest: digestOf(name) },
    });
    const text =
      'FROM one:1 AS first\nRUN same\nFROM two:2\nCOPY --from=first / /first\nRUN same\n';
    const { graph, target } = await plan(text, { resolveImage });
    const images = reachable(graph, [target]).filter(({ op }) => op.kind === 'image');
    expect(images.map(({ op }) => op)).toEqual([{ kind: 'image', imageId: digestOf('config') }]);
    expect(images.map(({ id }) => graph.info.get(id)?.image)).toEqual([
      { reference: 'docker.io/library/two:2', manifestDigest: digestOf('two:2') },
    ]);
  });
});
