export { findPackages } from './find-packages.ts';
export { PackageContents } from './package-contents.ts';
export type { Package, PackageType } from './types.ts';
