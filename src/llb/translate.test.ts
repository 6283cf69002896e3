import { describe, expect, it } from 'vitest';
import { type PlanSettings, plan } from '../../test/support/plans.ts';
import { GraphBuilder, inputsFirst, type VertexId } from '../graph/index.ts';
import { digestOf } from '../oci/index.ts';
import { type LlbNode, type LlbOp, LlbTranslator } from './index.ts';
import { unlessDefault } from './op.ts';

const SOURCE = { reference: 'docker.io/library/base:1', manifestDigest: digestOf('manifest') };
const BASE = {
  source: { identifier: `docker-image://docker.io/library/base:1@${SOURCE.manifestDigest}` },
};

interface Translated {
  readonly node: LlbNode;
  readonly op: LlbOp;
  readonly inputs: readonly LlbOp[];
}

/** The operation that a Dockerfile's last instruction becomes. */
async function translated(text: string, settings: PlanSettings = {}): Promise<Translated> {
  const config = { os: 'linux', architecture: 'amd64' } as const;
  const { graph, target } = await plan(text, {
    resolveImage: async (name) => ({
      ...{ name, id: digestOf('config'), source: SOURCE },
      config: { ...config, rootfs: { type: 'layers', diff_ids: [] } },
    }),
    ...settings,
  });
  const facts = { graph, isEmptyImage: () => false, epoch: undefined };
  const node = new LlbTranslator(facts).stateOf(target);
  if (node === undefined || node === 'scratch') throw new Error('nothing was made of it');
  return { node, op: plain(node.op), inputs: node.inputs.map(({ op }) => plain(op)) };
}

/** As sent to BuildKit. */
function plain(op: LlbOp): LlbOp {
  return JSON.parse(JSON.stringify(op));
}

describe('a source', () => {
  it('is an image by its name and manifest, for the platform of the build', async () => {
    const { op } = await translated('FROM base', {
      platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
    });
    expect(op).toEqual({ ...BASE, platform: { Architecture: 'arm', OS: 'linux', Variant: 'v7' } });
  });

  it('is an OCI layout where the image has no name', async () => {
    const { op } = await translated('FROM base', {
      resolveImage: async (name) => ({
        ...{ name, id: digestOf('config') },
        source: { reference: undefined, manifestDigest: digestOf('manifest') },
        config: { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } },
      }),
    });
    expect(op).toMatchObject({
      source: { identifier: `oci-layout://lamina@${digestOf('manifest')}` },
    });
  });

  it('is a directory, a file of a server, a commit', async () => {
    expect((await translated('FROM scratch\nCOPY a /')).inputs).toEqual([
      { source: { identifier: 'local://context' } },
    ]);
    const checksum = `sha256:${'a'.repeat(64)}`;
    const file = `FROM scratch\nADD --checksum=${checksum} https://host.example/a/b.tar /`;
    expect((await translated(file)).inputs).toEqual([
      {
        source: {
          identifier: 'https://host.example/a/b.tar',
          attrs: { 'http.checksum': checksum, 'http.filename': 'b.tar' },
        },
      },
    ]);
    const commit = 'FROM scratch\nADD --keep-git-dir https://host.example/a/b.git#v1:sub /';
    expect((await translated(commit)).inputs).toEqual([
      {
        source: {
          identifier: 'git://host.example/a/b.git#v1:sub',
          attrs: { 'git.keepgitdir': 'true', 'git.fullurl': 'https://host.example/a/b.git' },
        },
      },
    ]);
  });
});

describe('COPY', () => {
  const COMMON = {
    ...{ followSymlink: true, dirCopyContents: true, createDestPath: true },
    ...{ allowWildcard: true, allowEmptyWildcard: true, timestamp: -1 },
  };

  it('is one action for each source, on the result of the one before', async () => {
    const text = 'FROM base\nCOPY --chown=app:7 --chmod=640 a b/*.c /to/';
    const { op, inputs } = await translated(text);
    const owner = { user: { byName: { name: 'app' } }, group: { byID: 7 } };
    const rest = { ...COMMON, dest: '/to/', owner, mode: 0o640 };
    expect(inputs).toMatchObject([BASE, { source: { identifier: 'local://context' } }]);
    expect(op).toEqual({
      file: {
        actions: [
          { input: 0, secondaryInput: 1, output: -1, copy: { ...rest, src: '/a' } },
          { input: 2, secondaryInput: 1, output: 0, copy: { ...rest, src: '/b/*.c' } },
        ],
      },
    });
  });

  it('takes here-documents from generated files, equal ones from one', async () => {
    const text = 'FROM scratch\nCOPY <<one <<one /to/\ntext\none\ntext\none\n';
    const { op, inputs } = await translated(text);
    const made = {
      path: '/one',
      mode: 0o644,
      data: Buffer.from('text\n').toString('base64'),
      timestamp: -1,
    };
    expect(inputs).toEqual([
      { file: { actions: [{ input: -1, secondaryInput: -1, output: 0, mkfile: made }] } },
    ]);
    expect(op).toMatchObject({
      file: {
        actions: [
          { input: -1, secondaryInput: 0, output: -1, copy: { src: '/one' } },
          { input: 1, secondaryInput: 0, output: 0, copy: { src: '/one' } },
        ],
      },
    });
  });

  it('with --link is merged with the file system below', async () => {
    const { op, inputs } = await translated('FROM base\nCOPY --link a /');
    expect(op).toEqual({ merge: { inputs: [{}, { input: 1 }] } });
    expect(inputs).toMatchObject([BASE, { file: { actions: [{ input: -1, secondaryInput: 0 }] } }]);
  });
});

describe('RUN', () => {
  it('has its mounts in the order of their targets, then secrets, then agents', async () => {
    const text = [
      'FROM base AS tools',
      'FROM base',
      'RUN --mount=type=ssh --mount=type=secret,id=token --mount=type=cache,target=/z,sharing=locked \\',
      '  --mount=from=tools,source=/bin,target=/tools --mount=type=tmpfs,target=/a,size=4096 make',
    ].join('\n');
    const { op, inputs } = await translated(text);
    expect(inputs).toMatchObject([BASE]);
    if (!('exec' in op)) throw new Error('no exec operation');
    expect(op.exec.mounts).toEqual([
      { dest: '/' },
      { input: -1, dest: '/a', output: -1, mountType: 4, TmpfsOpt: { size: 4096 } },
      { selector: '/bin', dest: '/tools', output: -1, readonly: true },
      { input: -1, dest: '/z', output: -1, mountType: 3, cacheOpt: { ID: '//z', sharing: 2 } },
      {
        ...{ input: -1, dest: '/run/secrets/token', mountType: 1 },
        secretOpt: { ID: 'token', mode: 0o400, optional: true },
      },
      {
        ...{ input: -1, dest: '/run/buildkit/ssh_agent.0', mountType: 2 },
        SSHOpt: { ID: 'default', mode: 0o600, optional: true },
      },
    ]);
  });

  it('has the environment of the process, with proxies and host addresses', async () => {
    const { op } = await translated('FROM base\nENV A=1\nUSER me\nWORKDIR /w\nRUN ["a", "b"]', {
      args: { http_proxy: 'http://proxy:3128' },
      extraHosts: [{ name: 'db', address: '10.0.0.7' }],
      ulimits: [{ name: 'nofile', soft: 0, hard: 9 }],
    });
    expect(op).toMatchObject({
      exec: {
        meta: {
          args: ['a', 'b'],
          cwd: '/w',
          user: 'me',
          proxy_env: { http_proxy: 'http://proxy:3128' },
          extraHosts: [{ Host: 'db', IP: '10.0.0.7' }],
          ulimit: [{ Name: 'nofile', Hard: 9 }],
        },
      },
      platform: { Architecture: 'amd64', OS: 'linux' },
    });
  });
});

describe('a graph', () => {
  it('may be deep', () => {
    const builder = new GraphBuilder();
    const info = {
      ...{ name: '', stage: undefined, locations: {}, instruction: undefined },
      ignoreCache: false,
    };
    let target: VertexId | 'scratch' = 'scratch';
    for (let depth = 0; depth < 20_000; depth++) {
      target = builder.add({ kind: 'mkdir', path: `/${depth}`, owner: undefined }, [target], info);
    }
    const facts = { graph: builder.build(), isEmptyImage: () => false, epoch: 7 };
    const node = new LlbTranslator(facts).stateOf(target);
    if (node === undefined || node === 'scratch') throw new Error('nothing was made of it');
    const nodes = inputsFirst([node], ({ inputs }) => inputs);
    expect(nodes).toHaveLength(20_000);
    expect(nodes.at(-1)).toBe(node);
    expect(plain(node.op)).toMatchObject({
      file: { actions: [{ mkdir: { path: '/19999', timestamp: 7_000_000_000 } }] },
    });
  });

  it('is empty for an image without layers', async () => {
    const { graph, target } = await plan('FROM base');
    const facts = { graph, isEmptyImage: () => true, epoch: undefined };
    expect(new LlbTranslator(facts).stateOf(target)).toBe('scratch');
  });
});

it('leaves out the fields that protobuf leaves out', () => {
  const values = ['', 0, false, [], 'a', 1, true, [0]] as const;
  expect(values.map((value) => unlessDefault(value))).toEqual([
    ...[undefined, undefined, undefined, undefined],
    ...['a', 1, true, [0]],
  ]);
});
