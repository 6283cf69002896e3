import { describe, expect, it } from 'vitest';
import { parsePlace } from './places.ts';

describe('parsePlace', () => {
  it.each([
    ['debian', { kind: 'registry', reference: { registry: 'docker.io', tag: 'latest' } }],
    [
      'localhost:5000/a:1',
      { kind: 'registry', reference: { registry: 'localhost:5000', tag: '1' } },
    ],
    ['docker://x.test/a', { kind: 'registry', reference: { registry: 'x.test', tag: 'latest' } }],
    ['docker:1', { kind: 'registry', reference: { repository: 'library/docker', tag: '1' } }],
    ['store:app', { kind: 'store', reference: { repository: 'library/app' }, text: 'app' }],
    ['oci:dir', { kind: 'directory', path: 'dir', name: undefined }],
    ['oci:/a/b:1.0', { kind: 'directory', path: '/a/b', name: '1.0' }],
    ['oci:a:b/c', { kind: 'directory', path: 'a:b/c', name: undefined }],
    ['oci-archive:x.tar:v1', { kind: 'archive', path: 'x.tar', name: 'v1' }],
  ])('%s', (text, place) => {
    expect(parsePlace(text)).toMatchObject(place);
  });

  it('takes a digest for the name of an image in a layout', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(parsePlace(`oci:dir@${digest}`)).toMatchObject({ path: 'dir', name: digest });
  });

  it.each(['oci:', 'docker-archive:x.tar', 'docker-daemon:x', 'dir:x'])('refuses %s', (text) => {
    expect(() => parsePlace(text)).toThrow(
      expect.objectContaining({ code: 'IMAGE_PLACE_INVALID' }),
    );
  });
});
