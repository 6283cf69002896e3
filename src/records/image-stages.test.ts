import { expect, it } from 'vitest';
import { recordOf } from '../../test/support/build-records.ts';
import { stagesOfImage } from './image-stages.ts';

const image = (platform: string) => ({ id: platform, platform, layers: [] });
const stage = (name: string, more = {}) => ({ name, bytes: 1, isTarget: false, ...more });
const [amd, arm] = [image('linux/amd64'), image('linux/arm64')];

it('the stages of an image are those of its platform, by their own names', () => {
  const both = { stage: 'tools', platforms: ['linux/amd64', 'linux/arm64'] };
  const record = recordOf([], {
    images: [amd, arm],
    stages: [
      stage('linux/amd64 tools', { usedBy: both }),
      stage('linux/amd64 build', { usedBy: { stage: 'build', platforms: ['linux/amd64'] } }),
      stage('linux/amd64 build', {
        usedBy: { stage: 'build', platforms: ['linux/arm64'] },
        bytes: 2,
      }),
    ],
  });
  const of = (one: typeof amd | undefined) =>
    stagesOfImage(record, one)?.map(({ name, bytes }) => `${name} ${bytes}`);
  expect(of(amd)).toEqual(['tools 1', 'build 1']);
  expect(of(arm)).toEqual(['tools 1', 'build 2']);
  expect(of(undefined)).toEqual(['tools 1', 'build 1', 'build 2']);
});

it('a record that does not say which image needed which stage says nothing', () => {
  const stages = [stage('linux/amd64 build'), stage('linux/arm64 build')];
  expect(stagesOfImage(recordOf([], { images: [amd, arm], stages }), amd)).toBeUndefined();
  const single = recordOf([], { images: [amd], stages: [stage('build')] });
  expect(stagesOfImage(single, amd)).toEqual([stage('build')]);
});
