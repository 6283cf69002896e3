export { loadImages, makeBase, saveImages } from './archives.ts';
export { compareImages } from './compare.ts';
export { diskUsage, prune } from './housekeeping.ts';
export { imageHistory, images, inspectImages, removeImage, tag } from './images.ts';
export { requireImage, withStore } from './with-store.ts';
