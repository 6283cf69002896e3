import { describe, expect, it } from 'vitest';
import type { BuildRecord, RecordedStep } from '../records/index.ts';
import { pageBuild } from './page-build.ts';

const step = (name: string, changes: Partial<RecordedStep>): Partial<RecordedStep> => ({
  ...{ name, kind: 'exec', stage: 'a', instruction: name, status: 'ran', began: 0, bytes: 0 },
  ...{ milliseconds: 0, inputs: [], line: 1, platform: 'linux/amd64' },
  ...changes,
});

function built(changes: Partial<BuildRecord> = {}) {
  const record = {
    ...{ dockerfile: '/home/list of things/app.Dockerfile', started: 1, milliseconds: 9, work: [] },
    ...{ stages: [{ name: 'b', bytes: 3, isTarget: true }], platforms: ['linux/amd64'] },
    steps: [
      step('RUN slow', { milliseconds: 5 }),
      step('RUN quick', { milliseconds: 1 }),
      step('COPY', { stage: 'b', inputs: [0, 1], milliseconds: 2 }),
    ],
    ...changes,
  } as unknown as BuildRecord;
  return pageBuild({ record, lastTimes: [5, null, 2] });
}

describe('the build of a page', () => {
  it('tells which steps it had to wait for, and when cached ones last ran', () => {
    const { steps, stages, edges, criticalMilliseconds } = built();
    expect(steps.map(({ isCritical }) => isCritical)).toEqual([true, false, true]);
    expect(steps.map(({ lastMilliseconds }) => lastMilliseconds)).toEqual([5, null, 2]);
    expect(criticalMilliseconds).toBe(7);
    expect(stages.map(({ name, isTarget }) => [name, isTarget])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(edges).toMatchObject([{ from: 'a', to: 'b', isCritical: true }, { from: 'a' }]);
  });

  it('tells the target of each platform', () => {
    const platforms = ['linux/amd64', 'linux/arm64'];
    const steps = platforms.flatMap((platform) => [
      step('RUN one', { platform }),
      step('RUN two', { stage: 'b', platform }),
    ]);
    const { stages } = built({ platforms, steps: steps as RecordedStep[] });
    expect(stages.filter(({ isTarget }) => isTarget).map(({ name }) => name)).toEqual([
      'b (linux/amd64)',
      'b (linux/arm64)',
    ]);
  });

  it.each([
    ['/home/list of things/app.Dockerfile', 'app.Dockerfile'],
    ['Dockerfile of /home/me/project', 'Dockerfile'],
    ['Dockerfile of https://example.com/me/project.git', 'Dockerfile'],
  ])('names no directory of the machine: %s', (dockerfile, name) => {
    expect(built({ dockerfile }).dockerfile).toBe(name);
  });

  it('shows no secret of an instruction', () => {
    const token = `glpat-${'a'.repeat(20)}`;
    const { steps } = built({ steps: [step(`RUN a ${token}`, {})] as RecordedStep[] });
    expect(JSON.stringify(steps)).not.toContain(token);
  });
});
