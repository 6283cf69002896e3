/** What is said of images: bills of materials, provenance, and the manifests that carry them. */
export { attestationOf, type Predicate, type Subject } from './attach.ts';
export { type Bill, type BillPackage, type Distribution, distinctPackages } from './bill.ts';
export { CYCLONEDX_PREDICATE, cyclonedxDocument } from './cyclonedx.ts';
export { type BuildFacts, type Material, PROVENANCE_PREDICATE, provenance } from './provenance.ts';
export { SPDX_PREDICATE, spdxDocument } from './spdx.ts';
