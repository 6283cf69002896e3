import { describe, expect, it } from 'vitest';
import { recordOf, stepOf } from '../../test/support/build-records.ts';
import { stageGraph } from './stage-graph.ts';

describe('the critical path', () => {
  const record = recordOf([
    stepOf('slow', { name: 'slow', milliseconds: 100 }),
    stepOf('fast', { name: 'fast', milliseconds: 10 }),
    stepOf('middle', { name: 'middle', inputs: [0], milliseconds: 5 }),
    stepOf('end', { name: 'end', inputs: [null, 1, 0, 2], kind: 'copy', milliseconds: 1 }),
  ]);

  it('is the longest way, and marks only its own edges', () => {
    const { criticalPath, criticalMilliseconds, nodes, edges } = stageGraph(record);
    expect(criticalPath).toEqual(['slow', 'middle', 'end']);
    expect(criticalMilliseconds).toBe(106);
    expect(nodes.filter(({ isCritical }) => !isCritical).map(({ name }) => name)).toEqual(['fast']);
    expect(
      edges.filter(({ isCritical }) => isCritical).map(({ from, to }) => `${from} ${to}`),
    ).toEqual(['slow middle', 'middle end']);
  });

  it('does not depend on the order of the steps', () => {
    const [slow, fast, middle, end] = record.steps;
    if (!slow || !fast || !middle || !end) throw new Error('steps are missing');
    const turned = recordOf([
      { ...end, inputs: [null, 2, 3, 1] },
      { ...middle, inputs: [3] },
      fast,
      slow,
    ]);
    expect(stageGraph(turned).criticalPath).toEqual(['slow', 'middle', 'end']);
  });

  it('is nothing where no step took time', () => {
    const cached = { status: 'cached', milliseconds: 0 } as const;
    const graph = stageGraph(
      recordOf([stepOf('a', cached), stepOf('b', { ...cached, inputs: [0] })]),
    );
    expect(graph).toMatchObject({ criticalPath: [], criticalMilliseconds: 0 });
    expect([...graph.nodes, ...graph.edges].some(({ isCritical }) => isCritical)).toBe(false);
  });

  it('is found in a chain of ten thousand steps', () => {
    const steps = Array.from({ length: 10_000 }, (_, index) =>
      stepOf('long', { inputs: [index === 0 ? null : index - 1] }),
    );
    expect(stageGraph(recordOf(steps)).criticalPath).toHaveLength(10_000);
  });
});

it('has a node for each platform of a stage, and the download of an ADD in that of the ADD', () => {
  const url = stepOf('add', { kind: 'http', platform: null });
  const platforms = ['linux/amd64', 'linux/arm64'];
  const graph = stageGraph(
    recordOf(
      [
        url,
        stepOf('add', { kind: 'copy', inputs: [null, 0] }),
        stepOf('add', { kind: 'copy', platform: 'linux/arm64' }),
      ],
      { platforms },
    ),
  );
  expect(graph.nodes.map(({ name, steps }) => [name, steps])).toEqual([
    ['add (linux/amd64)', 1],
    ['add (linux/arm64)', 1],
  ]);
  expect(graph.edges).toEqual([]);
});

it('has no edge between stages that only have the same base image', () => {
  const beginning = { platform: 'linux/amd64', step: 0, variables: null };
  const graph = stageGraph(
    recordOf(
      [
        stepOf('end', { kind: 'image', inputs: [] }),
        stepOf('build', { inputs: [0] }),
        stepOf('test', { inputs: [1] }),
        stepOf('end', { kind: 'copy', inputs: [0, 1] }),
      ],
      {
        beginnings: [
          { ...beginning, stage: 'build', name: 'alpine' },
          { ...beginning, stage: 'test', name: 'build' },
          { ...beginning, stage: 'end', name: 'alpine' },
        ],
      },
    ),
  );
  expect(graph.edges.map(({ from, to, label }) => `${from} ${label} ${to}`)).toEqual([
    'build FROM test',
    'build COPY end',
  ]);
});

it('has the size of each platform’s stage', () => {
  const platforms = ['linux/amd64', 'linux/arm64'];
  const stages = platforms.map((platform, index) => ({
    name: `${platform} add`,
    bytes: index + 1,
    isTarget: false,
    usedBy: { stage: 'add', platforms: [platform] },
  }));
  const graph = stageGraph(
    recordOf(
      platforms.map((platform) => stepOf('add', { platform })),
      { platforms, stages },
    ),
  );
  expect(graph.nodes.map(({ name, bytes }) => [name, bytes])).toEqual([
    ['add (linux/amd64)', 1],
    ['add (linux/arm64)', 2],
  ]);
});
