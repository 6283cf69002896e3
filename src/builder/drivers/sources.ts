/** Vertices that only bring in files at no cost: images of the store, contexts. */
import { digestOfParts } from '../../graph/index.ts';
import { chainIds } from '../../oci/index.ts';
import type { OpDriver, StepContext } from '../../solver/index.ts';
import type { ImageRecord } from '../../store/index.ts';
import type { BuildSession } from '../session/session.ts';

/**
 * An image's key is its chain of layers, the same in every version: equal layers under another name or config still
 * hit.
 */
export function imageDriver(session: BuildSession): OpDriver {
  return {
    recorded: false,
    key: async (step) => {
      const diffIds = imageOf(session, step).layers.map((layer) => layer.diffId);
      const chain = chainIds(diffIds).at(-1) ?? 'no layers';
      return { key: digestOfParts('image', chain) };
    },
    execute: async (step) => {
      const image = imageOf(session, step);
      return {
        layers: image.layers.map((layer) => layer.id),
        ownLayer: undefined,
        addedBytes: 0,
        created: image.created,
      };
    },
  };
}

/** The steps that use a context read it; its vertex is only a dependency. */
export function contextDriver(): OpDriver {
  return {
    recorded: false,
    key: async (step) => ({ key: step.vertex.id }),
    execute: async () => ({ layers: [], ownLayer: undefined, addedBytes: 0, created: 0 }),
  };
}

function imageOf(session: BuildSession, step: StepContext): ImageRecord {
  const { op } = step.vertex;
  if (op.kind !== 'image') throw new Error('not an image');
  const image = session.store.images.get(op.imageId);
  if (image === undefined) throw new Error(`image ${op.imageId} left the store during the build`);
  return image;
}
