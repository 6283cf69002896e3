export type { Distribution } from './distribution.ts';
export { findDistribution, findPackages } from './find-packages.ts';
export { PackageContents } from './package-contents.ts';
export type { Package, PackageType } from './types.ts';
