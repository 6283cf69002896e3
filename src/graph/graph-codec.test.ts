import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plan } from '../../test/support/plans.ts';
import type { SourceLocation } from '../errors.ts';
import { type Digest, digestOf, type Platform } from '../oci/index.ts';
import {
  decodeGraph,
  encodeGraph,
  type Graph,
  GraphBuilder,
  type InlineSource,
  type MountSpec,
  type Op,
  stableJson,
  type TreeSource,
  type VertexId,
  type VertexInfo,
  vertexId,
} from './index.ts';

const text = fc.string({ unit: 'binary', maxLength: 8 });
const texts = fc.array(text, { maxLength: 3 });
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
const flag = fc.boolean();
const integer = fc.integer();
const digest: fc.Arbitrary<Digest> = text.map((each) => digestOf(each));
const platform: fc.Arbitrary<Platform> = fc.record(
  { os: text, architecture: text, variant: text, 'os.version': text, 'os.features': texts },
  { requiredKeys: ['os', 'architecture'] },
);

/** Input positions for an operation with so many inputs. */
const input = (count: number) => fc.nat({ max: count - 1 });
const owner = { uid: integer, gid: integer, mode: integer };

type Arbitraries<T extends { readonly kind: string }> = {
  readonly [Kind in T['kind']]: (
    inputs: number,
  ) => fc.Arbitrary<Extract<T, { readonly kind: Kind }>>;
};

const MOUNTS: Arbitraries<MountSpec> = {
  bind: (inputs) =>
    fc.record({
      kind: fc.constant('bind'),
      ...{ target: text, input: input(inputs), source: text, readonly: flag },
    }),
  cache: (inputs) =>
    fc.record({
      kind: fc.constant('cache'),
      ...{ target: text, id: text, readonly: flag, source: text, within: maybe(text), ...owner },
      sharing: fc.constantFrom('shared', 'private', 'locked'),
      input: maybe(input(inputs)),
    }),
  tmpfs: () => fc.record({ kind: fc.constant('tmpfs'), target: text, size: maybe(integer) }),
  secret: () =>
    fc.record({
      kind: fc.constant('secret'),
      ...{ id: text, target: maybe(text), env: maybe(text), required: flag, ...owner },
    }),
  ssh: () =>
    fc.record({ kind: fc.constant('ssh'), id: text, target: text, required: flag, ...owner }),
};

/** The first takes no inputs, the others at least one. */
const SOURCES: Arbitraries<Extract<Op, { kind: 'image' | 'context' | 'http' | 'git' }>> = {
  image: () => fc.record({ kind: fc.constant('image'), imageId: digest }),
  context: () => fc.record({ kind: fc.constant('context'), name: text }),
  http: () =>
    fc.record({
      kind: fc.constant('http'),
      ...{ url: text, checksum: maybe(text), filename: text },
    }),
  git: () =>
    fc.record({
      kind: fc.constant('git'),
      ...{ remote: text, ref: maybe(text), subdir: text, keepGitDir: flag, submodules: flag },
      ...{ checksum: maybe(text), commitTime: flag, fetchByCommit: maybe(flag) },
    }),
};

const STEPS: Arbitraries<Extract<Op, { kind: 'copy' | 'mkdir' | 'exec' }>> = {
  copy: (inputs) =>
    fc.record({
      kind: fc.constant('copy'),
      sources: fc.array(
        fc.oneof(
          fc.record<TreeSource>({
            kind: fc.constant('tree'),
            ...{ input: input(inputs), paths: texts, unpack: flag, isLocal: flag },
          }),
          fc.record<InlineSource>({ kind: fc.constant('inline'), name: text, content: text }),
        ),
        { maxLength: 3 },
      ),
      ...{ destination: text, owner: maybe(text), mode: maybe(text), exclude: texts },
      ...{ parents: flag, link: flag, keepsTop: maybe(fc.constant(true)) },
    }),
  mkdir: () => fc.record({ kind: fc.constant('mkdir'), path: text, owner: maybe(text) }),
  exec: (inputs) =>
    fc.record({
      kind: fc.constant('exec'),
      ...{ platform, args: texts, env: texts, cwd: text, user: text, hostname: text },
      network: fc.constantFrom('host', 'none', 'private'),
      security: fc.constantFrom('sandbox', 'insecure'),
      extraHosts: fc.array(fc.record({ name: text, address: text }), { maxLength: 2 }),
      mounts: fc.array(fc.oneof(...Object.values(MOUNTS).map((mount) => mount(inputs))), {
        maxLength: 4,
      }),
      script: maybe(fc.record({ path: text, content: text })),
      shmSize: maybe(integer),
      ulimits: fc.array(fc.record({ name: text, soft: integer, hard: integer }), { maxLength: 2 }),
    }),
};

const position = fc.record({ line: integer, column: integer, offset: integer });
const location: fc.Arbitrary<SourceLocation> = fc.record({
  file: fc.constantFrom('Dockerfile', 'trigger'),
  text: fc.constantFrom('FROM base\n', 'RUN make\n'),
  range: fc.record({ start: position, end: position }),
  usedBy: maybe(fc.record({ file: text, line: integer })),
});

const info: fc.Arbitrary<VertexInfo> = fc.record({
  ...{ name: text, stage: maybe(text), platform: maybe(platform) },
  image: maybe(fc.record({ reference: maybe(text), manifestDigest: maybe(digest) })),
  locations: fc.dictionary(
    fc.constantFrom('instruction', 'chown', 'source:12', 'mount:0.target'),
    location,
  ),
  ...{ instruction: maybe(text), ignoreCache: flag, proxyEnv: maybe(texts) },
  asWritten: maybe(
    fc.record({
      network: fc.constantFrom('default', 'host', 'none'),
      targets: fc.array(maybe(text), { maxLength: 3 }),
    }),
  ),
});

type Input = VertexId | 'scratch';

interface Addition {
  readonly op: Op;
  /** Each is taken modulo the number of choices. */
  readonly inputs: readonly number[];
  readonly info: VertexInfo;
}

const source = fc.record<Addition>({
  op: fc.oneof(...Object.values(SOURCES).map((each) => each(0))),
  inputs: fc.constant([]),
  info,
});
const step = fc.array(fc.nat(), { minLength: 1, maxLength: 3 }).chain((inputs) =>
  fc.record<Addition>({
    op: fc.oneof(...Object.values(STEPS).map((each) => each(inputs.length))),
    inputs: fc.constant(inputs),
    info,
  }),
);

const graphs: fc.Arbitrary<Graph> = fc
  .array(fc.oneof(source, step), { maxLength: 12 })
  .map((additions) => {
    const builder = new GraphBuilder();
    const made: Input[] = ['scratch'];
    for (const { op, inputs, info: said } of additions) {
      const chosen = inputs.map((each): Input => made[each % made.length] ?? 'scratch');
      made.push(builder.add(op, chosen, said));
    }
    return builder.build();
  });

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('a graph', () => {
  it('comes back as it was, whatever is in it', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        expect(decodeGraph(encodeGraph(graph))).toEqual(graph);
      }),
    );
  });

  it('gives the same bytes again', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const bytes = encodeGraph(graph);
        expect(textOf(encodeGraph(decodeGraph(bytes)))).toBe(textOf(bytes));
      }),
    );
  });

  it('of a Dockerfile comes back, and has the Dockerfile once', async () => {
    const dockerfile = [
      'FROM base AS build',
      'WORKDIR /src',
      'COPY --chown=1:1 --exclude=*.md a b /src/',
      'ADD https://host.example/a.tar https://host.example/b.git#main /vendor/',
      'COPY <<one /one\nuno\none',
      'RUN --mount=type=cache,target=/cache --mount=type=secret,id=token --mount=type=ssh make',
      'FROM scratch',
      'COPY --from=build --link /src/out /',
    ].join('\n');
    const { graph } = await plan(dockerfile, {
      resolveImage: async (name) => ({
        ...{ name, id: digestOf(name) },
        config: { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } },
      }),
    });
    const bytes = encodeGraph(graph);
    expect(decodeGraph(bytes)).toEqual(graph);
    expect(Buffer.from(bytes).toString().split('FROM base AS build\\n')).toHaveLength(2);
  });
});

interface Written {
  vertices: { id: string; op: Record<string, unknown>; inputs: string[]; info: unknown }[];
  [member: string]: unknown;
}

/** Two directories, one in the other, encoded and changed. */
function changed(change: (written: Written) => unknown): () => Graph {
  const builder = new GraphBuilder();
  const said: VertexInfo = {
    ...{ name: 'step', stage: undefined, instruction: undefined, ignoreCache: false },
    locations: { instruction: { file: 'f', text: 't', range: { start: AT, end: AT } } },
  };
  const first = builder.add({ kind: 'mkdir', path: '/a', owner: undefined }, ['scratch'], said);
  builder.add({ kind: 'mkdir', path: '/a/b', owner: undefined }, [first], said);
  const written: Written = JSON.parse(Buffer.from(encodeGraph(builder.build())).toString());
  change(written);
  return () => decodeGraph(Buffer.from(JSON.stringify(written)));
}

type WrittenVertex = Written['vertices'][number] | undefined;

function edit(vertex: WrittenVertex, members: Record<string, unknown>): void {
  Object.assign(vertex?.op ?? {}, members);
}

function lead(vertex: WrittenVertex, to: WrittenVertex): void {
  vertex?.inputs.splice(0, 1, to?.id ?? '');
}

const AT = { line: 1, column: 1, offset: 0 };

/** Gives a vertex the digest of its current content. */
function resigned(vertex: Written['vertices'][number]): void {
  vertex.id = vertexId(vertex.op as unknown as Op, vertex.inputs as Input[]);
}

describe('what is no graph', () => {
  it.each<[string, (written: Written) => unknown, string]>([
    ['another version', (it) => Object.assign(it, { version: 2 }), 'graph.version is 2, not 1'],
    [
      'an unknown member',
      (it) => Object.assign(it, { more: 1 }),
      "graph has an unknown member 'more'",
    ],
    ['an unknown kind', ({ vertices: [one] }) => edit(one, { kind: 'squash' }), 'kind is "squash"'],
    [
      'a member that the operation does not have',
      ({ vertices: [one] }) => edit(one, { mode: 7 }),
      "graph.vertices[0].op has an unknown member 'mode'",
    ],
    ['a wrong type', ({ vertices: [one] }) => edit(one, { path: 7 }), 'op.path is not a text'],
    ['a missing vertex', ({ vertices }) => vertices.shift(), 'inputs[0] is missing'],
    [
      'a user before its input',
      ({ vertices }) => vertices.reverse(),
      'inputs[0] depends on itself',
    ],
    [
      'a circle',
      ({ vertices: [one, two] }) => lead(one, two),
      'graph.vertices[0].inputs[0] depends on itself',
    ],
    [
      'a vertex that is its own input',
      ({ vertices: [one] }) => lead(one, one),
      'graph.vertices[0].inputs[0] depends on itself',
    ],
    [
      'a wrong digest',
      ({ vertices: [, two] }) => edit(two, { path: '/a/c' }),
      'graph.vertices[1].id is not the digest of the vertex',
    ],
    [
      'a vertex twice',
      ({ vertices }) => vertices.push(...vertices.slice(-1)),
      'graph.vertices[2] already exists',
    ],
    [
      'an operation without the input it works on',
      ({ vertices: [, two] }) => {
        if (two === undefined) return;
        two.inputs = [];
        resigned(two);
      },
      'graph.vertices[1].op names an input 0 it has not',
    ],
    [
      'a location in no text',
      (it) => Object.assign(it, { sources: [] }),
      'locations.instruction is in no text',
    ],
  ])('is refused: %s', (_, change, message) => {
    expect(changed(change)).toThrow(
      expect.objectContaining({
        code: 'GRAPH_INVALID',
        message: expect.stringContaining(message),
      }),
    );
  });

  it('is refused: no JSON', () => {
    expect(() => decodeGraph(Buffer.from('{'))).toThrow(
      expect.objectContaining({ code: 'GRAPH_INVALID' }),
    );
    expect(() => decodeGraph(Buffer.from(stableJson([])))).toThrow('graph is not a record');
  });
});
