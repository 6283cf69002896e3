export { exportImage, loadImages, makeBase, saveImages } from './archives.ts';
export { listAttestations } from './attestations.ts';
export { buildElsewhere, isElsewhere } from './build-elsewhere.ts';
export { checkStore } from './check/index.ts';
export { checkImage } from './check-image.ts';
export { collectGarbage } from './collect-garbage.ts';
export { compareImages } from './compare.ts';
export { copyImage } from './copy.ts';
export { createIndex } from './create-index.ts';
export { exploreImage } from './explore.ts';
export { explorePage, serveExplorer } from './explore-page.ts';
export { imageHistory } from './history.ts';
export { diskUsage, diskUsageDetails, prune } from './housekeeping.ts';
export { imageToRun } from './image-to-run.ts';
export { images, inspectImages, removeImage, tag } from './images.ts';
export { importImage } from './import-image.ts';
export { info } from './info.ts';
export { login, logout } from './logins.ts';
export {
  annotateManifestList,
  createManifestList,
  pushManifestList,
  removeManifestLists,
} from './manifest-lists.ts';
export { openImage } from './open-image.ts';
export { pullImages } from './pull.ts';
export { pushImages } from './push.ts';
export { inspectManifest, listTags } from './remote.ts';
export { reportImage } from './report.ts';
export { sbom } from './sbom.ts';
export { signImage, verifySignatures } from './signatures.ts';
export { requireImage, withStore } from './with-store.ts';
