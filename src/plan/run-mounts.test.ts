import { describe, expect, it } from 'vitest';
import { type PlanSettings, plan } from '../../test/support/plans.ts';
import type { CopyOp, ExecOp, MountSpec } from '../graph/index.ts';
import { reachable } from '../graph/index.ts';

async function planned(flags: string, options?: PlanSettings) {
  const made = await plan(
    `FROM base AS stage\nCOPY x /x\nFROM base\nWORKDIR /work\nRUN ${flags} true\n`,
    options,
  );
  const vertices = reachable(made.graph, [made.target]);
  const run = vertices.find(({ op }) => op.kind === 'exec');
  if (run?.op.kind !== 'exec') throw new Error('no RUN');
  const inputs = run.inputs.map((id) => vertices.find((vertex) => vertex.id === id)?.op);
  const op: ExecOp = run.op;
  return { op, inputs };
}

async function mountOf(flag: string, options?: PlanSettings): Promise<MountSpec> {
  const [mount] = (await planned(`--mount=${flag}`, options)).op.mounts;
  if (mount === undefined) throw new Error('no mount');
  return mount;
}

describe('a mount in a plan', () => {
  it('of the context is a copy of its own of just the source', async () => {
    const { op, inputs } = await planned('--mount=source=a/[b],target=in');
    expect(op.mounts).toEqual([
      { kind: 'bind', target: '/work/in', input: 1, source: '/data', readonly: true },
    ]);
    const copy = inputs[1] as CopyOp;
    expect(copy).toMatchObject({ kind: 'copy', destination: '/data', keepsTop: true });
    expect(copy.sources).toEqual([
      { kind: 'tree', input: 1, paths: ['a/\\[b]'], unpack: false, isLocal: true },
    ]);
  });

  it('of a stage has the stage itself as input', async () => {
    const { op, inputs } = await planned('--mount=from=stage,source=/x,target=/x,rw');
    expect(op.mounts).toMatchObject([{ input: 1, source: '/x', readonly: false }]);
    expect(inputs[1]).toMatchObject({ kind: 'copy', destination: '/x' });
  });

  it('names no stage by its index', async () => {
    await expect(mountOf('from=0,target=/x')).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  });

  it('of type cache has an id in a namespace, and defaults', async () => {
    expect(await mountOf('type=cache,target=/c/../d/')).toEqual({
      kind: 'cache',
      target: '/d',
      id: '//d',
      sharing: 'shared',
      readonly: false,
      input: undefined,
      source: '/data',
      uid: 0,
      gid: 0,
      mode: 0o755,
    });
    const buildArgs = new Map([['BUILDKIT_CACHE_MOUNT_NS', 'team']]);
    expect(await mountOf('type=cache,target=c,id=own,ro', { buildArgs })).toMatchObject({
      target: '/work/c',
      id: 'team/own',
      readonly: true,
    });
  });

  it.each([
    ['id=a', { id: 'a', target: '/run/secrets/a', env: undefined }],
    ['id=dir/a', { id: 'dir/a', target: '/run/secrets/a', env: undefined }],
    ['target=/etc/a', { id: 'a', target: '/etc/a', env: undefined }],
    ['src=a,target=b', { id: 'a', target: '/work/b', env: undefined }],
    ['id=a,env=A', { id: 'a', target: undefined, env: 'A' }],
    ['id=a,env=', { id: 'a', target: undefined, env: 'a' }],
    ['id=a,env=A,target=/a', { id: 'a', target: '/a', env: 'A' }],
  ])('of type secret: %s', async (fields, expected) => {
    const common = { kind: 'secret', required: false, mode: 0o400, uid: 0, gid: 0 };
    expect(await mountOf(`type=secret,${fields}`)).toEqual({ ...common, ...expected });
  });

  it('of type ssh sets SSH_AUTH_SOCK to the first socket, if nothing else does', async () => {
    const two = await planned('--mount=type=ssh --mount=type=ssh,id=other,mode=0666');
    expect(two.op.mounts).toMatchObject([
      { id: 'default', target: '/run/buildkit/ssh_agent.0', mode: 0o600 },
      { id: 'other', target: '/run/buildkit/ssh_agent.1', mode: 0o666 },
    ]);
    expect(two.op.env).toContain('SSH_AUTH_SOCK=/run/buildkit/ssh_agent.0');
    const set = await plan('FROM base\nENV SSH_AUTH_SOCK=/own\nRUN --mount=type=ssh true');
    const ops = reachable(set.graph, [set.target]).map(({ op }) => op);
    const [run] = ops.filter((op) => op.kind === 'exec');
    expect(run?.env).toContain('SSH_AUTH_SOCK=/own');
  });

  it.each([['target=/', 'PLAN_MOUNT_TARGET']])(
    '%s is refused at its location',
    async (flag, code) => {
      await expect(mountOf(flag)).rejects.toMatchObject({
        code,
        location: { range: { start: { line: 5 } } },
      });
    },
  );

  it('is part of no history', async () => {
    const made = await plan('FROM base\nRUN --mount=type=cache,target=/c true');
    expect(made.image.history.at(-1)?.createdBy).toBe('RUN /bin/sh -c true # buildkit');
  });
});

describe('what a step may do', () => {
  const INSECURE = 'FROM base\nRUN --security=insecure true';

  it('is not everything, unless that is allowed', async () => {
    await expect(plan(INSECURE)).rejects.toMatchObject({ code: 'PLAN_NOT_ALLOWED' });
    await expect(plan(INSECURE, { allow: ['security.insecure'] })).resolves.toBeDefined();
  });

  it('includes no devices: one that is not required is warned of', async () => {
    const made = await plan('FROM base\nRUN --device=vendor.com/class=a true');
    expect(made.warnings).toMatchObject([{ code: 'PLAN_DEVICE_UNAVAILABLE' }]);
    const required = plan('FROM base\nRUN --device=vendor.com/class=a,required true');
    await expect(required).rejects.toMatchObject({ code: 'PLAN_DEVICE_UNAVAILABLE' });
  });
});
