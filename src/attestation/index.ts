/** What is said of images: bills of materials, provenance, and the manifests that carry them. */
export { attestationOf, type Predicate, type Subject } from './attach.ts';
export { type Bill, type BillPackage, distinctPackages } from './bill.ts';
export { billOfImage, wholeSeconds } from './bill-of-image.ts';
export { CYCLONEDX_PREDICATE, cyclonedxDocument } from './cyclonedx.ts';
export { type BuildFacts, type Material, PROVENANCE_PREDICATE, provenance } from './provenance.ts';
export { SPDX_PREDICATE, spdxDocument } from './spdx.ts';
