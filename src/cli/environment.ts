/** Environment variables the command line reads. For the help and docs/cli.md. */
export const environmentTable: readonly (readonly [name: string, meaning: string])[] = [
  ['LAMINA_ROOT', 'directory of the store, same as --root'],
  ['LAMINA_DEBUG', 'set to 1 to show stack traces of errors'],
  [
    'SOURCE_DATE_EPOCH',
    'seconds since 1970: the image gets this time and its new files no later one, so that the same input gives the same digest',
  ],
  ['LAMINA_CA_CERTIFICATES', 'certificate authorities for RUN steps, same as --ca-certificates'],
  [
    'LAMINA_CERTS_D',
    'directories with certificates and hosts.toml files of registries, instead of the usual ones',
  ],
  ['LAMINA_LOAD', 'where --load loads the image in addition to the store: docker, podman, or none'],
  [
    'LAMINA_UNPACK_LIMIT',
    'how much an archive may unpack to, such as 50g, or none (default: nine tenths of the free disk space)',
  ],
  [
    'LAMINA_INSECURE_REGISTRIES',
    'registries to use without a trusted certificate or without HTTPS',
  ],
  [
    'DOCKER_CONFIG, REGISTRY_AUTH_FILE, CONTAINERS_REGISTRIES_CONF',
    'configuration of logins and registries; see `lamina explain registries`',
  ],
  ['BUILDKIT_PROGRESS', 'how to show progress, same as --progress'],
  ['DOCKER_DEFAULT_PLATFORM', 'platform to build for, same as --platform'],
  ['NO_COLOR', 'set to anything to turn colours off'],
  [
    'HTTP_PROXY, HTTPS_PROXY, FTP_PROXY, NO_PROXY, ALL_PROXY',
    'proxies, also for RUN steps (in lower case too); never part of the image or of a cache key',
  ],
  [
    'XDG_DATA_HOME',
    'the store of a user other than root is in lamina/ below it, unless --root is given',
  ],
];
