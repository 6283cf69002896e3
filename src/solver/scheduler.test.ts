import { describe, expect, it } from 'vitest';
import { AbortedError, AppError, type Warning } from '../errors.ts';
import type { CopyOp, Op, Vertex, VertexId, VertexInfo } from '../graph/index.ts';
import { GraphBuilder, opDigest, plainCopy, SCRATCH } from '../graph/index.ts';
import type { BuildEvent } from '../progress/index.ts';
import type { CacheRecord, LayerId, StepWarning } from '../store/index.ts';
import type { CacheRecords } from './cache-records.ts';
import type { OpDriver, StepContext, VertexResult } from './driver.ts';
import { Scheduler } from './scheduler.ts';

/** Records that outlive a build, as the store's do. */
class MemoryRecords implements CacheRecords {
  readonly records = new Map<string, CacheRecord>();
  readonly digests = new Map<string, string>();
  get = (key: string) => this.records.get(key);
  put = (key: string, record: CacheRecord) => void this.records.set(key, record);
  contentDigest = (key: string) => this.digests.get(key);
  putContentDigest = (key: string, digest: string) => void this.digests.set(key, digest);
  usable = () => true;
  /** Results of vertices under keys of other caches. */
  readonly foreign = new Map<VertexId, VertexResult>();
  elsewhere = async (id: VertexId) => this.foreign.get(id);
}

/** A small set of operations on strings: `exec` appends its argument, `copy` takes an input's first letter. */
class World {
  readonly records = new MemoryRecords();
  readonly executed: string[] = [];
  readonly events: BuildEvent[] = [];
  readonly warnings: Warning[] = [];
  readonly contents = new Map<string, string>();
  /** The output of a run instead of the usual one. */
  readonly surprises = new Map<string, string>();
  readonly tellings = new Map<string, readonly StepWarning[]>();
  gate: ((name: string, signal: AbortSignal) => Promise<void>) | undefined;
  #layer = 0;

  solver(builder: GraphBuilder, jobs = 8, signal = new AbortController().signal): Scheduler {
    const graph = builder.build();
    let time = 0;
    return new Scheduler({
      graph,
      records: this.records,
      jobs,
      signal,
      now: () => time++,
      warn: (warning) => void this.warnings.push(warning),
      emit: (event) => void this.events.push(event),
      stepOf: (id) => ({
        id,
        name: graph.info.get(id)?.name ?? '',
        stage: undefined,
        line: undefined,
      }),
      driverOf: (vertex) => (vertex.op.kind === 'copy' ? this.copy : this.exec),
    });
  }

  read(result: VertexResult): string {
    return result.layers.map((layer) => this.contents.get(layer) ?? '?').join('');
  }

  readonly exec: OpDriver = {
    recorded: true,
    key: async (step) => ({ key: `${opDigest(step.vertex.op)}:${await step.inputs.key(0)}` }),
    execute: async (step) => {
      const below = await step.inputs.result(0);
      return step.working(() => this.make(step, below, nameOf(step.vertex)));
    },
  };

  readonly copy: OpDriver = {
    recorded: true,
    key: async (step) => {
      const [below, letter] = await Promise.all([step.inputs.key(0), this.#letter(step)]);
      return { key: `copy ${letter} onto ${below}` };
    },
    execute: async (step) => {
      const [below, source] = await Promise.all([step.inputs.result(0), step.inputs.result(1)]);
      return step.working(() => this.make(step, below, this.read(source).charAt(0)));
    },
  };

  #letter(step: StepContext): Promise<string> {
    return step.inputs.contentDigest(1, 'first letter', async (source) =>
      this.read(source).charAt(0),
    );
  }

  async make(step: StepContext, below: VertexResult, content: string): Promise<VertexResult> {
    const name = nameOf(step.vertex);
    this.executed.push(name);
    await this.gate?.(name, step.signal);
    const layer = `layer${this.#layer++}` as LayerId;
    this.contents.set(layer, this.surprises.get(name) ?? content);
    const warnings = this.tellings.get(name);
    return {
      layers: [...below.layers, layer],
      ownLayer: layer,
      addedBytes: 1,
      created: 1,
      warnings,
    };
  }
}

function nameOf(vertex: Vertex): string {
  return vertex.op.kind === 'exec' ? vertex.op.args.join(' ') : vertex.op.kind;
}

function exec(name: string): Op {
  return {
    kind: 'exec',
    platform: { os: 'linux', architecture: 'amd64' },
    args: [name],
    env: [],
    cwd: '/',
    user: '',
    network: 'host',
    security: 'sandbox',
    hostname: '',
    extraHosts: [],
    mounts: [],
    script: undefined,
    shmSize: undefined,
    ulimits: [],
  };
}

const COPY: CopyOp = plainCopy('/', '/');

const POSITION = { line: 1, column: 1, offset: 0 };
const PLACE = { file: 'Dockerfile', text: 'RUN a', range: { start: POSITION, end: POSITION } };

function info(name: string, ignoreCache = false): VertexInfo {
  return { name, stage: undefined, locations: {}, instruction: name, ignoreCache };
}

type Build = (builder: GraphBuilder, world: World) => VertexId;

async function build(world: World, describeGraph: Build): Promise<string> {
  const builder = new GraphBuilder();
  const target = describeGraph(builder, world);
  world.executed.length = 0;
  return world.read(await world.solver(builder).solve(target));
}

/** final = a letter copied from `source`, then one more step. */
const copied =
  (source: string, ignoreSource = false): Build =>
  (builder) => {
    const made = builder.add(exec(source), [SCRATCH], info(source, ignoreSource));
    const copy = builder.add(COPY, [SCRATCH, made], info('copy'));
    return builder.add(exec('after'), [copy], info('after'));
  };

describe('the solver', () => {
  it('makes what the target needs, and nothing else', async () => {
    const world = new World();
    const made = await build(world, (builder) => {
      builder.add(exec('unused'), [SCRATCH], info('unused'));
      const first = builder.add(exec('a'), [SCRATCH], info('a'));
      return builder.add(exec('b'), [first], info('b'));
    });
    expect(made).toBe('ab');
    expect(world.executed).toEqual(['a', 'b']);
  });

  it('is not too deep for a chain of thousands of stages', async () => {
    const made = await build(new World(), (builder) => {
      let last = builder.add(exec('first'), [SCRATCH], info('first'));
      for (let stage = 0; stage < 5000; stage++) {
        last = builder.add({ ...COPY, destination: `/${stage}` }, [SCRATCH, last], info('copy'));
      }
      return last;
    });
    expect(made).toBe('f');
  });

  it('finds everything again by definition, without looking at a layer', async () => {
    const world = new World();
    await build(world, copied('apple'));
    world.contents.clear();
    await build(world, copied('apple'));
    expect(world.executed).toEqual([]);
  });

  it('keeps a copy and what follows cached when its source is remade to the same bytes', async () => {
    const world = new World();
    await build(world, copied('apple'));
    await build(world, copied('avocado'));
    expect(world.executed).toEqual(['avocado']);
    await build(world, copied('avocado'));
    expect(world.executed).toEqual([]);
  });

  it('reruns a copy and what follows when the copied bytes differ', async () => {
    const world = new World();
    await build(world, copied('apple'));
    await build(world, copied('banana'));
    expect(world.executed).toEqual(['banana', 'copy', 'after']);
  });

  it('tells what a step has to tell, also when it is found again', async () => {
    const world = new World();
    world.tellings.set('a', [{ code: 'COPY_OVERWRITTEN', message: 'this is odd' }]);
    const steps: Build = (builder) => {
      const first = builder.add(exec('a'), [SCRATCH], {
        ...info('a'),
        locations: { instruction: PLACE },
      });
      return builder.add(exec('b'), [first], info('b'));
    };
    for (const executed of [['a', 'b'], []]) {
      world.warnings.length = 0;
      await build(world, steps);
      expect(world.executed).toEqual(executed);
      expect(world.warnings).toEqual([
        { code: 'COPY_OVERWRITTEN', message: 'this is odd', location: PLACE },
      ]);
    }
  });

  it('runs one vertex once, however many need it', async () => {
    const world = new World();
    await build(world, (builder) => {
      const base = builder.add(exec('base'), [SCRATCH], info('base'));
      const again = builder.add(exec('base'), [SCRATCH], info('base, written twice'));
      const left = builder.add(exec('left'), [base], info('left'));
      return builder.add(COPY, [left, again], info('join'));
    });
    expect(world.executed.filter((name) => name === 'base')).toHaveLength(1);
  });

  it('runs two vertices with the same key once', async () => {
    const world = new World();
    await build(world, (builder) => {
      const ones = ['kiwi', 'kale'].map((name) => {
        const made = builder.add(exec(name), [SCRATCH], info(name));
        return builder.add(COPY, [SCRATCH, made], info('copy'));
      });
      const [left = SCRATCH, right = SCRATCH] = ones;
      const first = builder.add(exec('first'), [left], info('first'));
      return builder.add(COPY, [first, right], info('copy'));
    });
    expect(world.executed.filter((name) => name === 'copy')).toHaveLength(2);
  });

  it('has one digest of the same files in all keys, though one step is known elsewhere', async () => {
    const world = new World();
    const builder = new GraphBuilder();
    const stage = builder.add(exec('stage'), [SCRATCH], info('stage'));
    const [known, other] = ['a', 'b'].map((name) => {
      const base = builder.add(exec(name), [SCRATCH], info(name));
      return builder.add(COPY, [base, stage], info('copy'));
    });
    if (known === undefined || other === undefined) throw new Error('no copies');
    const found = { layers: [], ownLayer: undefined, addedBytes: 0, created: 0 };
    world.records.foreign.set(known, found);
    await world.solver(builder).solveAll([known, other]);
    expect(world.executed.toSorted()).toEqual(['a', 'b', 'copy', 'stage']);
    world.records.foreign.clear();
    world.executed.length = 0;
    await world.solver(builder).solveAll([known, other]);
    expect(world.executed).toEqual([]);
  });

  it('reruns what ignores the cache, and what depends on the bytes it made', async () => {
    const world = new World();
    const chain =
      (ignore: boolean): Build =>
      (builder) => {
        const first = builder.add(exec('first'), [SCRATCH], info('first', ignore));
        return builder.add(exec('second'), [first], info('second'));
      };
    await build(world, chain(false));
    world.surprises.set('first', 'FIRST');
    expect(await build(world, chain(true))).toBe('FIRSTsecond');
    expect(world.executed).toEqual(['first', 'second']);
    expect(await build(world, chain(false))).toBe('FIRSTsecond');
    expect(world.executed).toEqual([]);
  });

  it('keeps a copy cached when a forced run makes the same bytes', async () => {
    const world = new World();
    await build(world, copied('apple'));
    await build(world, copied('apple', true));
    expect(world.executed).toEqual(['apple']);
  });

  it.each([
    ['a forced build', true],
    ['a build after a forced one', false],
  ])('gives others the results of %s under the keys that they ask for', async (_, isForced) => {
    const two =
      (ignore: boolean): Build =>
      (builder) => {
        const source = builder.add(exec('source'), [SCRATCH], info('source', ignore));
        const more = builder.add(exec('more'), [source], info('more', ignore));
        const first = builder.add(exec('first'), [SCRATCH], info('first', ignore));
        const copy = builder.add(COPY, [first, more], info('copy'));
        return builder.add(exec('after'), [copy], info('after'));
      };
    const portable = async (world: World, ignore: boolean) => {
      const builder = new GraphBuilder();
      const target = two(ignore)(builder, world);
      const solver = world.solver(builder);
      await solver.solve(target);
      return solver.portable();
    };
    const world = new World();
    const forced = await portable(world, true);
    const ours = isForced ? forced : await portable(world, false);
    const theirs = await portable(new World(), false);
    expect([...ours.records.keys()].sort()).toEqual([...theirs.records.keys()].sort());
    expect([...ours.records].every(([key, { outputKey }]) => key === outputKey)).toBe(true);
    expect(ours.contents).toEqual(theirs.contents);
  });

  it('runs independent vertices at the same time, and not with one job', async () => {
    const meet = async (jobs: number) => {
      const world = new World();
      let inside = 0;
      let most = 0;
      world.gate = async () => {
        most = Math.max(most, ++inside);
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
        inside--;
      };
      const builder = new GraphBuilder();
      const branches = ['left', 'right'].map((name) =>
        builder.add(exec(name), [SCRATCH], info(name)),
      );
      const [left = SCRATCH, right = SCRATCH] = branches;
      const target = builder.add(COPY, [left, right], info('join'));
      await world.solver(builder, jobs).solve(target);
      return most;
    };
    expect(await meet(2)).toBe(2);
    expect(await meet(1)).toBe(1);
  });

  it('ends what runs beside a failure, reports the failure once, and waits for the rest', async () => {
    const world = new World();
    let ended = false;
    world.gate = async (name, signal) => {
      if (name === 'bad') throw new AppError('RUN_FAILED', 'it broke');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      ended = true;
      signal.throwIfAborted();
    };
    const builder = new GraphBuilder();
    const long = builder.add(exec('long'), [SCRATCH], info('long'));
    const bad = builder.add(exec('bad'), [SCRATCH], info('bad'));
    const target = builder.add(COPY, [long, bad], info('join'));
    await expect(world.solver(builder).solve(target)).rejects.toThrow('it broke');
    expect(ended).toBe(true);
    const kinds = world.events.map((event) => event.kind);
    expect(kinds.filter((kind) => kind === 'step.failed')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'step.cancelled')).toHaveLength(1);
    expect(world.records.records.size).toBe(0);
  });

  it('begins nothing more once a step has failed', async () => {
    const world = new World();
    world.gate = async () => {
      if (world.executed.length === 2) throw new AppError('RUN_FAILED', 'it broke');
    };
    const builder = new GraphBuilder();
    const steps = ['one', 'two', 'three', 'four'].map((name) =>
      builder.add(exec(name), [SCRATCH], info(name)),
    );
    const [one = SCRATCH, ...others]: readonly (VertexId | typeof SCRATCH)[] = steps;
    const target = others.reduce(
      (below, step) => builder.add(COPY, [below, step], info('join')),
      one,
    );
    await expect(world.solver(builder, 1).solve(target)).rejects.toThrow('it broke');
    const kinds = world.events.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'step.started')).toHaveLength(2);
    expect(kinds.at(-1)).toBe('step.failed');
  });

  it('throws the failure, although the target waited for the step that it ended', async () => {
    const world = new World();
    world.gate = async (name, signal) => {
      if (name === 'bad') throw new AppError('RUN_FAILED', 'it broke');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      throw new AbortedError();
    };
    const builder = new GraphBuilder();
    const bad = builder.add(exec('bad'), [SCRATCH], info('bad'));
    const long = builder.add(exec('long'), [SCRATCH], info('long'));
    const target = builder.add(COPY, [bad, long], info('copy'));
    await expect(world.solver(builder).solve(target)).rejects.toThrow('it broke');
  });

  it('says it was cancelled when the signal ended it', async () => {
    const world = new World();
    const abort = new AbortController();
    world.gate = async (_name, signal) => {
      abort.abort();
      signal.throwIfAborted();
    };
    const builder = new GraphBuilder();
    const target = builder.add(exec('long'), [SCRATCH], info('long'));
    const solving = world.solver(builder, 1, abort.signal).solve(target);
    await expect(solving).rejects.toMatchObject({ code: 'BUILD_CANCELLED' });
  });
});
