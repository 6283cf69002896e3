export { type ChooseOptions, chooseImage, configIn, rootOf } from './choose-image.ts';
export { dockerArchiveDestination } from './docker-archive/docker-archive-destination.ts';
export { openDockerArchive } from './docker-archive/docker-archive-source.ts';
export {
  DOCKER_SOCKET,
  type DockerAddress,
  dockerAddress,
  dockerMessage,
  dockerRequest,
} from './docker-daemon/docker-api.ts';
export { type ImageFiles, type ImageFilesOptions, openFiles } from './image-files.ts';
export { type ImageName, parseImageName } from './image-name.ts';
export { type LoadedImage, type LoadOptions, loadArchive } from './load-archive.ts';
export { type LayoutChoice, loadLayoutImage } from './load-layout.ts';
export { isAttestation } from './model/attestation.ts';
export { type Collection, type CollectOptions, collect } from './model/collect.ts';
export {
  type OnTransfer,
  reporter,
  type TransferEvent,
  type TransferState,
} from './model/events.ts';
export {
  type Blob,
  type BlobFile,
  type BlobReading,
  blobOf,
  blobsOf,
  bytesOf,
  type Image,
  type Index,
  type Layer,
} from './model/image.ts';
export { decodedIndex, type IndexOptions, indexOf, manifestOf } from './model/index-of.ts';
export { countLayers, type Progress } from './model/progress.ts';
export { readImage } from './model/read-image.ts';
export { fullName, namedAs, namesOf, REF_ANNOTATION, shortName } from './model/references.ts';
export type {
  ImageDestination,
  ImageSource,
  ManifestName,
  ReadRequest,
} from './model/transport.ts';
export { writeCollections } from './model/write-collections.ts';
export { rootsNamed, withRoot } from './named-root.ts';
export {
  type LayoutDestination,
  type LayoutOptions,
  layoutArchive,
  layoutDirectory,
} from './oci-layout/layout-destination.ts';
export {
  layoutBlobPath,
  openLayoutDirectory,
  openLayoutSource,
} from './oci-layout/layout-source.ts';
export { removeUnnamed } from './oci-layout/remove-unnamed.ts';
export {
  type OpenSourceOptions,
  openImage,
  openImageSource,
  openStoredImage,
} from './open-image.ts';
export { readLayerFile } from './read-layer-file.ts';
export {
  rememberRepository,
  repositoriesOf,
  storedRepositories,
} from './registry/blob-repositories.ts';
export {
  type BlobRepositories,
  type RegistryTarget,
  registryDestination,
} from './registry/registry-destination.ts';
export { openRegistrySource } from './registry/registry-source.ts';
export { archiveOptionsOf } from './store/archive-options.ts';
export {
  type AttachedManifest,
  allBlobsOf,
  type Bundle,
  type BundleOptions,
  bundleOf,
  collectionOf,
  type ImageRecords,
} from './store/bundle.ts';
export { copyImage } from './store/copy-image.ts';
export { ensureImageLayers } from './store/ensure-image-layers.ts';
export {
  draftImage,
  type NamedLayer,
  type NewImage,
  ociDescriptor,
  uncompressed,
} from './store/image-record.ts';
export {
  compressedSizeOfImage,
  manifestDescriptor,
  readConfig,
  sizeOfImage,
} from './store/image-view.ts';
export { type ImportOptions, importImage } from './store/import-image.ts';
export { annotateImage, knowBy, storedRoot } from './store/known-manifest.ts';
export { identifyLayer, layerBlob, storedBlob } from './store/layer-blobs.ts';
export type { Compression, LayerEncoding } from './store/layer-encoding.ts';
export { type RecordedLayers, recordLazyLayers } from './store/record-lazy-layers.ts';
export { recordRemote } from './store/record-remote.ts';
export { rememberRepoDigest, repoDigests } from './store/repo-digests.ts';
export { storeDestination } from './store/store-destination.ts';
export {
  openStoreSource,
  type StoreSource,
  type StoreSourceOptions,
} from './store/store-source.ts';
export type { ImageAnnotations, StoredImageOptions } from './store/stored-image.ts';
