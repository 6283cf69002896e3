export { applyLower, remove } from './apply-lower.ts';
export { type CopyRights, copyFile, copyTimes } from './copy-file.ts';
export { RootCopies, type RootCopy } from './root-copy.ts';
export { subtreeOf } from './subtree.ts';
