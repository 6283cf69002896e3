import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addImage, addLayer } from '../../../test/support/store-content.ts';
import { AppError } from '../../errors.ts';
import { parseReference } from '../../oci/index.ts';
import { Store } from '../../store/index.ts';
import { imageNotFound } from './image-not-found.ts';

let root: string;
let store: Store;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'lamina-not-found-'));
  store = await Store.open({ root });
});
afterEach(async () => {
  await store.close();
  rmSync(root, { recursive: true, force: true });
});

describe('a base image that is nowhere', () => {
  it.each(['debian:trixie-slim', 'distroless/static:nonroot', 'gcr.io/distroless/cc-debian12'])(
    'can be made where it is %s',
    async (name) => {
      const { hint } = await imageNotFound(store, parseReference(name));
      expect(hint).toBe(`create it with: lamina base ${name}`);
    },
  );

  it.each(['debian:trxie', 'gcr.io/distroless/java17-debian12', 'alpine'])(
    'cannot be made where it is %s',
    async (name) => {
      expect((await imageNotFound(store, parseReference(name))).hint).toBeUndefined();
    },
  );

  it('may have been meant to be another one', async () => {
    const image = await addImage(store, 'one', await addLayer(store));
    store.images.tag(image.id, 'node:20-alpine');
    const { hint } = await imageNotFound(store, parseReference('node:20-alpin'));
    expect(hint).toBe("did you mean 'node:20-alpine'?");
  });

  it('is not said to be another one with the same tag', async () => {
    store.images.tag((await addImage(store, 'bb', await addLayer(store))).id, 'bb');
    const { hint } = await imageNotFound(store, parseReference('later'));
    expect(hint).toBeUndefined();
  });

  describe('whose registry cannot be reached', () => {
    const unreachable = new AppError('REGISTRY_UNREACHABLE', 'cannot reach docker.io', {
      hint: 'check the network',
    });
    const told = async (present: string, wanted: string) => {
      store.images.tag((await addImage(store, present, await addLayer(store))).id, present);
      return imageNotFound(store, parseReference(wanted), unreachable);
    };

    it('is told with the network and with lamina load, not with other tags', async () => {
      const { message, hint, expected } = await told('node:22', 'node:20');
      expect(message).toContain('cannot reach docker.io');
      expect(hint?.split('\n')).toEqual([
        'check the network',
        'or load the image from a machine that has it: docker save node:20 | lamina load',
      ]);
      expect(expected).toBeUndefined();
    });

    it('may be a slip in the name all the same', async () => {
      expect((await told('busybox', 'busybx')).hint).toContain("did you mean 'busybox:latest'?");
    });

    it('can be made where it is a base image', async () => {
      expect((await told('busybox', 'debian:bookworm-slim')).hint).toContain(
        'create it with: lamina base debian:bookworm-slim',
      );
    });
  });
});
