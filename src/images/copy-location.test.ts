import { expect, it } from 'vitest';
import { parseLocation } from './copy-location.ts';

it.each(['oci:', 'docker-archive:x.tar', 'docker-daemon:x', 'dir:x'])('copy refuses %s', (text) => {
  expect(() => parseLocation(text)).toThrow(
    expect.objectContaining({ code: 'IMAGE_PLACE_INVALID' }),
  );
});
