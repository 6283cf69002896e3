import { expect, it } from 'vitest';
import { parsePlace } from './places.ts';

it.each(['oci:', 'docker-archive:x.tar', 'docker-daemon:x', 'dir:x'])('copy refuses %s', (text) => {
  expect(() => parsePlace(text)).toThrow(expect.objectContaining({ code: 'IMAGE_PLACE_INVALID' }));
});
