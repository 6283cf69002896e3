/** Environment variables that the command line reads. For the help and docs/cli.md. */
export const environmentTable: readonly (readonly [name: string, meaning: string])[] = [
  ['LAMINA_ROOT', 'directory of the store, same as --root'],
  ['LAMINA_DEBUG', 'set to 1 to show stack traces of errors'],
  [
    'SOURCE_DATE_EPOCH',
    'time of the image and latest time of its new files, in seconds since 1970; makes builds reproducible',
  ],
  ['LAMINA_ISOLATION', 'how processes are isolated, same as --isolation'],
  ['LAMINA_USERNS_REMAP', "IDs of an ordinary user's namespace, same as --userns-remap"],
  ['LAMINA_CA_CERTIFICATES', 'CA certificates for RUN steps, same as --ca-certificates'],
  [
    'LAMINA_CERTS_D',
    'directories with registry certificates and hosts.toml files, instead of the default ones',
  ],
  ['LAMINA_LOAD', 'where --load also loads the image: docker, podman, or none'],
  [
    'LAMINA_UNPACK_LIMIT',
    'maximum unpacked size of an archive, such as 50g, or none (default: nine tenths of the free disk space)',
  ],
  ['LAMINA_CACHE_MAX_SIZE', 'largest size of the cache in the store, same as --cache-max-size'],
  ['LAMINA_CACHE_MIN_FREE', 'disk space that the cache leaves free (default: 20 %)'],
  ['LAMINA_CACHE_MAX_AGE', 'cache that was not used for so long is removed (default: 60d)'],
  ['LAMINA_INSECURE_REGISTRIES', 'registries that may use plain HTTP or an untrusted certificate'],
  [
    'DOCKER_CONFIG, REGISTRY_AUTH_FILE, CONTAINERS_REGISTRIES_CONF',
    'login and registry configuration; see `lamina explain registries`',
  ],
  ['LAMINA_BUILDER', 'builder of builds, same as --builder'],
  [
    'BUILDKIT_HOST',
    'address of the daemon that --builder buildkit means; builds that do not name it stay on this machine',
  ],
  ['BUILDKIT_PROGRESS', 'type of progress output, same as --progress'],
  ['DOCKER_DEFAULT_PLATFORM', 'target platform, same as --platform'],
  ['NO_COLOR', 'set to any value to turn colours off'],
  [
    'HTTP_PROXY, HTTPS_PROXY, FTP_PROXY, NO_PROXY, ALL_PROXY',
    'proxies (also in lower case), passed on to RUN steps; never part of the image or a cache key',
  ],
  [
    'XDG_DATA_HOME',
    'data directory: without --root, users other than root have their store in $XDG_DATA_HOME/lamina',
  ],
];
