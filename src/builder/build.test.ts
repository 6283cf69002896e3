import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestStore } from '../../test/support/images.ts';
import { header, pack } from '../../test/support/tars.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import type { BuildOptions } from '../api/index.ts';
import { AppError } from '../errors.ts';
import { type Image, loadArchive, manifestOf, readConfig } from '../image/index.ts';
import { MergedTree } from '../layers/index.ts';
import {
  decodeManifest,
  digestOf,
  type ImageConfig,
  MEDIA_TYPES,
  parseDiffId,
} from '../oci/index.ts';
import type { BuildPlan } from '../plan/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { buildIn } from './build.ts';
import type { SolveRequest, Solver } from './solver/solver.ts';

const DOCKERFILE = `FROM scratch AS tools
RUN ["/make-tools"]
FROM scratch
COPY --from=tools /bin/tool /bin/
ENV GREETING=hello
RUN ["/no/such/program"]
CMD ["/bin/tool"]
`;

const STEP = { id: 'elsewhere', name: 'sent elsewhere', stage: undefined, line: undefined };

/** Invents the layers of every step, as another machine would: nothing of the graph runs here. */
function elsewhere(requests: SolveRequest[] = []): Solver {
  return {
    solve: async (request) => {
      requests.push(request);
      const { run, plans } = request;
      run.emit({ kind: 'step.started', time: run.now(), step: STEP });
      return {
        results: plans.map((plan) => ({ kind: 'image', image: imageOf(plan) })),
        steps: [{ step: STEP, cached: false, durationMs: 7, addedBytes: 0 }],
        layersOf: async () => undefined,
      };
    },
  };
}

function imageOf({ image: { history, platform } }: BuildPlan): Image {
  const layers = history
    .filter(({ emptyLayer }) => !emptyLayer)
    .map(({ createdBy }, position) => {
      const content = Buffer.from(`${createdBy} for ${platform.architecture}`);
      return pack([{ header: header({ path: `made-${position}` }), content }]);
    });
  const named = layers.map((tar) => ({
    mediaType: MEDIA_TYPES.ociLayer,
    digest: digestOf(tar),
    size: tar.length,
  }));
  const diffIds = named.map(({ digest }) => parseDiffId(digest));
  const config: ImageConfig = { ...platform, rootfs: { type: 'layers', diff_ids: diffIds } };
  const configBytes = Buffer.from(JSON.stringify(config));
  const { descriptor, bytes } = manifestOf(
    { mediaType: MEDIA_TYPES.ociConfig, digest: digestOf(configBytes), size: configBytes.length },
    named,
  );
  return {
    ...{ kind: 'image', descriptor, bytes, config, configBytes },
    manifest: decodeManifest(bytes),
    layers: layers.map((tar, position) => ({
      descriptor: decodeManifest(bytes).layers[position] ?? descriptor,
      diffId: parseDiffId(digestOf(tar)),
      async *read() {
        yield tar;
      },
    })),
  };
}

let bench: TestStore;
let options: BuildOptions;

beforeEach(async () => {
  bench = await TestStore.open();
  const context = temporaryDirectory('solver');
  writeFileSync(join(context, 'Dockerfile'), DOCKERFILE);
  options = { context };
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const dependencies = () => ({ store: bench.store, env: {} });

function filesOf(store: Store, image: ImageRecord | undefined): string[] {
  const layers = image?.layers.map(({ id }) => id) ?? [];
  return MergedTree.of(store, layers)
    .list('')
    .map(({ path }) => path);
}

describe('a build with another solver', () => {
  it('exports the layers from there with the config of the plan', async () => {
    const dest = join(temporaryDirectory('solver'), 'image.tar');
    const outputs = [{ type: 'oci', dest, name: 'made:elsewhere', attrs: {} } as const];
    await buildIn(dependencies(), { ...options, outputs }, { solver: elsewhere() });
    await using other = await TestStore.open();
    await loadArchive(other.store, dest);
    const image = other.store.images.resolve('made:elsewhere');
    if (image === undefined) throw new Error('the archive holds no image of that name');
    expect(filesOf(other.store, image)).toEqual(['made-0', 'made-1']);
    const { config, history = [] } = await readConfig(other.store, image);
    expect(config).toMatchObject({
      Cmd: ['/bin/tool'],
      Env: [expect.any(String), 'GREETING=hello'],
    });
    const steps = history.map(({ created_by: text = '' }) => text.split(' # ')[0]);
    expect(steps).toEqual([
      'COPY /bin/tool /bin/',
      'ENV GREETING=hello',
      'RUN /no/such/program',
      'CMD ["/bin/tool"]',
    ]);
  });

  it('is asked once for all platforms, and the images stay in the store', async () => {
    const requests: SolveRequest[] = [];
    const platforms = ['linux/amd64', 'linux/arm64'];
    const wanted = { ...options, platforms, tags: ['made:twice'] };
    const { result, images } = await buildIn(dependencies(), wanted, {
      solver: elsewhere(requests),
    });
    expect(requests.map(({ plans }) => plans.length)).toEqual([2]);
    expect(images.map(({ architecture }) => architecture)).toEqual(['amd64', 'arm64']);
    expect(images.map((image) => filesOf(bench.store, image))).toEqual([
      ['made-0', 'made-1'],
      ['made-0', 'made-1'],
    ]);
    expect(bench.store.images.resolve('made:twice')?.id).toBe(result.imageId);
  });

  it('tells its steps, and of stages that stayed there no sizes', async () => {
    const { result } = await buildIn(dependencies(), options, { solver: elsewhere() });
    const { steps, stages, images } = result.summary;
    expect(steps).toEqual([{ step: STEP, cached: false, durationMs: 7, addedBytes: 0 }]);
    expect(stages.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['tools', undefined],
      ['stage-1', undefined],
    ]);
    expect(images[0]?.layers.map(({ files }) => files)).toEqual([1, 1]);
  });

  it('ends with the error of the solver', async () => {
    const failure = new AppError('RUN_FAILED', 'the machine elsewhere has no such program');
    const solver: Solver = { solve: () => Promise.reject(failure) };
    await expect(buildIn(dependencies(), options, { solver })).rejects.toBe(failure);
  });
});
