import { describe, expect, it } from 'vitest';
import { parseImageName } from './image-name.ts';

describe('the name of an image', () => {
  it.each([
    ['debian', { transport: 'registry', reference: { registry: 'docker.io', tag: 'latest' } }],
    [
      'localhost:5000/a:1',
      { transport: 'registry', reference: { registry: 'localhost:5000', tag: '1' } },
    ],
    [
      'docker://x.test/a',
      { transport: 'registry', reference: { registry: 'x.test', tag: 'latest' } },
    ],
    ['docker:1', { transport: 'registry', reference: { repository: 'library/docker', tag: '1' } }],
    ['store:app', { transport: 'store', text: 'app' }],
    ['oci:dir', { transport: 'oci', path: 'dir', name: undefined }],
    ['oci:/a/b:1.0', { transport: 'oci', path: '/a/b', name: '1.0' }],
    ['oci:a:b/c', { transport: 'oci', path: 'a:b/c', name: undefined }],
    ['docker-archive:a.tar', { transport: 'docker-archive', path: 'a.tar', name: undefined }],
    [
      'docker-archive:/a.tar:x.test:5000/app:1',
      { transport: 'docker-archive', path: '/a.tar', name: 'x.test:5000/app:1' },
    ],
    ['docker-daemon:app:1', { transport: 'docker-daemon', text: 'app:1' }],
    ['oci-archive:x.tar:v1', { transport: 'oci-archive', path: 'x.tar', name: 'v1' }],
  ])('%s', (text, location) => {
    expect(parseImageName(text, 'registry')).toMatchObject(location);
  });

  it('takes a digest for the name of an image in a layout', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(parseImageName(`oci:dir@${digest}`, 'store')).toMatchObject({
      path: 'dir',
      name: digest,
    });
  });

  it('without a transport is one of the store, where that is what is meant', () => {
    expect(parseImageName('app:1', 'store')).toEqual({ transport: 'store', text: 'app:1' });
  });

  it.each(['oci:', 'docker-archive:', 'dir:x'])('cannot be %s', (text) => {
    expect(() => parseImageName(text, 'store')).toThrow(
      expect.objectContaining({ code: 'IMAGE_PLACE_INVALID' }),
    );
  });
});
