/** Environment variables the command line reads. For the help and docs/cli.md. */
export const environmentTable: readonly (readonly [name: string, meaning: string])[] = [
  ['LAMINA_ROOT', 'directory of all state, as --root'],
  ['LAMINA_DEBUG', 'set to 1: show stack traces of errors'],
  [
    'SOURCE_DATE_EPOCH',
    'seconds since 1970: times in images are set or clamped to it, so that the same input gives the same digest',
  ],
  ['LAMINA_CA_CERTIFICATES', 'what RUN steps trust, as --ca-certificates'],
  [
    'LAMINA_CERTS_D',
    'directories with certificates and hosts.toml of registries, in place of the usual ones',
  ],
  ['LAMINA_LOAD', 'where --load goes beside the image store: docker, podman, or none'],
  ['LAMINA_INSECURE_REGISTRIES', 'registries without a trusted certificate, or without HTTPS'],
  [
    'DOCKER_CONFIG, REGISTRY_AUTH_FILE, CONTAINERS_REGISTRIES_CONF',
    'where logins and registries are configured; see `lamina explain registries`',
  ],
  ['BUILDKIT_PROGRESS', 'kind of progress display, as --progress'],
  ['DOCKER_DEFAULT_PLATFORM', 'platform to build for, as --platform'],
  ['NO_COLOR', 'set to anything: no colours'],
  [
    'HTTP_PROXY, HTTPS_PROXY, FTP_PROXY, NO_PROXY, ALL_PROXY',
    'given to RUN steps (also in lower case); never part of the image or of a cache key',
  ],
  ['XDG_DATA_HOME', 'where an ordinary user’s state lies if --root does not say (lamina/ in it)'],
];
