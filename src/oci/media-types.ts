/** Media types of the documents and layers of images. */

export const MEDIA_TYPES = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  dockerLayerZstd: 'application/vnd.docker.image.rootfs.diff.tar.zstd',
  dockerForeignLayerGzip: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
} as const;

export function isIndexType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.ociIndex || mediaType === MEDIA_TYPES.dockerIndex;
}

export function isManifestType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.ociManifest || mediaType === MEDIA_TYPES.dockerManifest;
}

export type LayerCompression = 'none' | 'gzip' | 'zstd';

/**
 * The compression of a layer by its media type, including the old non-distributable types; undefined if it is no layer
 * type.
 */
export function layerCompression(mediaType: string): LayerCompression | undefined {
  const match =
    /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar|docker\.image\.rootfs\.(?:foreign\.)?diff\.tar)(?:[.+](gzip|zstd))?$/.exec(
      mediaType,
    );
  if (match === null) return undefined;
  return match[1] === 'gzip' || match[1] === 'zstd' ? match[1] : 'none';
}

/** The media type of a layer with this compression, in the OCI or Docker family. */
export function layerMediaType(
  compression: LayerCompression,
  family: 'oci' | 'docker' = 'oci',
): string {
  return LAYER_TYPES[family][compression];
}

const LAYER_TYPES: Readonly<Record<'oci' | 'docker', Readonly<Record<LayerCompression, string>>>> =
  {
    oci: {
      none: MEDIA_TYPES.ociLayer,
      gzip: MEDIA_TYPES.ociLayerGzip,
      zstd: MEDIA_TYPES.ociLayerZstd,
    },
    docker: {
      none: MEDIA_TYPES.dockerLayer,
      gzip: MEDIA_TYPES.dockerLayerGzip,
      zstd: MEDIA_TYPES.dockerLayerZstd,
    },
  };

/** Converts a layer's media type to a family; other types pass unchanged. */
export function layerTypeIn(mediaType: string, family: 'oci' | 'docker'): string {
  const compression = layerCompression(mediaType);
  return compression === undefined ? mediaType : layerMediaType(compression, family);
}
