import { describe, expect, it } from 'vitest';
import type { ImageSummary } from '../api/index.ts';
import { parseDigest } from '../oci/index.ts';
import { checkFilter, imageFilter, parseFilter } from './image-filters.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;

function image(name: string, age: number, labels: Record<string, string> = {}): ImageSummary {
  const id = parseDigest(`sha256:${String(age).padStart(64, '0')}`);
  return {
    ...{ id, manifestDigest: id, labels, created: NOW - age * DAY, size: 0 },
    ...{ compressedSize: undefined, platform: { os: 'linux', architecture: 'amd64' } },
    references: name === '' ? [] : [name],
  };
}

const IMAGES = [
  image('new:latest', 1, { team: 'core' }),
  image('middle:1', 2, { team: 'web' }),
  image('', 3),
];

const kept = (text: string) => {
  const accepts = imageFilter(parseFilter(text), { images: IMAGES, now: NOW });
  return IMAGES.filter(accepts).map(({ references }) => references[0] ?? '<none>');
};

describe('a filter of images', () => {
  it.each([
    ['before=new', ['middle:1', '<none>']],
    ['before=middle:1', ['<none>']],
    ['since=middle:1', ['new:latest']],
    [`since=${IMAGES[2]?.id}`, ['new:latest', 'middle:1']],
    ['until=36h', ['middle:1', '<none>']],
    ['dangling=true', ['<none>']],
    ['label=team', ['new:latest', 'middle:1']],
    ['label=team=core', ['new:latest']],
    ['label!=team=core', ['middle:1', '<none>']],
  ])('%s', (text, expected) => {
    expect(kept(text)).toEqual(expected);
  });

  it('names an image that is not there', () => {
    expect(() => kept('before=nothing')).toThrow("image 'nothing' is not in");
  });

  it('says which filters there are', () => {
    expect(() => checkFilter(parseFilter('utnil=24h'), ['until', 'label'])).toThrow(
      expect.objectContaining({
        expected: 'until=24h|DATE, label=KEY[=VALUE]',
        hint: 'did you mean until=?',
      }),
    );
  });
});
