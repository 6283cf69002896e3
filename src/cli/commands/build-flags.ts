import { summaryKinds } from '../../progress/index.ts';
import { storeFlags } from '../command.ts';
import type { FlagTable } from '../flags.ts';
import { isolationFlag } from '../isolation-flag.ts';
import { limitFlags } from '../limit-flags.ts';
import { remapFlag } from '../user-namespace.ts';

const WHAT = 'Build';
const HOW = 'Execution and cache';
const RESULT = 'Output';
const STEPS = 'RUN steps';

/** The flags of `docker buildx build`, and of the older `docker build`. */
export const buildFlags = {
  file: {
    kind: 'text',
    short: 'f',
    value: 'path',
    group: WHAT,
    help: 'path or URL of the Dockerfile, or - for standard input (default: PATH/Dockerfile)',
  },
  target: {
    kind: 'text',
    value: 'stage',
    group: WHAT,
    help: 'target build stage (default: the last one)',
  },
  'build-arg': {
    kind: 'list',
    value: 'NAME[=value]',
    group: WHAT,
    help: 'set a build argument (ARG); without a value, take it from the environment',
  },
  'build-context': {
    kind: 'list',
    value: 'name=source',
    group: WHAT,
    help: 'additional build context for FROM, --from and mounts: a directory, docker-image://REF, oci-layout://DIR[:TAG|@DIGEST], target:STAGE, or a git or HTTP(S) URL; overrides a stage or image of the same name',
  },
  label: { kind: 'list', value: 'name=value', group: WHAT, help: 'add a label to the image' },
  platform: {
    kind: 'list',
    value: 'os/arch',
    group: WHAT,
    help: 'target platform (default: that of this machine)',
  },
  tag: { kind: 'list', short: 't', value: 'name[:tag]', group: RESULT, help: 'name of the image' },
  output: {
    kind: 'list',
    short: 'o',
    value: 'type=…,dest=…',
    group: RESULT,
    help: 'output destination: type=image (the image store, the default), registry (push), oci or docker (archive), tar or local (files), or cacheonly; a bare path is a directory for the files, a bare - a tar on standard output',
  },
  push: {
    kind: 'switch',
    group: RESULT,
    help: 'push the image: shorthand for --output type=registry',
  },
  load: {
    kind: 'switch',
    group: RESULT,
    help: 'also load the image into Docker or Podman, if installed: shorthand for --output type=docker (LAMINA_LOAD=docker|podman|none chooses)',
  },
  annotation: {
    kind: 'list',
    value: '[type:]key=value',
    group: RESULT,
    help: 'add an annotation to the manifest, or to the given type: manifest, manifest-descriptor, index, index-descriptor, each with an optional [platform]',
  },
  squash: {
    kind: 'text',
    bare: 'own',
    value: 'own|all',
    group: RESULT,
    help: 'merge the layers added by the build (own), or all layers of the image (all), into one',
  },
  iidfile: { kind: 'text', value: 'path', group: RESULT, help: 'write the image ID to a file' },
  'metadata-file': {
    kind: 'text',
    value: 'path',
    group: RESULT,
    help: 'write the digests and names of the result to a file, as JSON',
  },
  quiet: {
    kind: 'switch',
    short: 'q',
    group: RESULT,
    help: 'suppress the progress output, and print the image ID on success',
  },
  call: {
    kind: 'text',
    value: 'method[,format=json]',
    group: WHAT,
    help: 'evaluate the build without running it: check (find mistakes), outline (list the arguments, secrets and SSH agents of the target) or targets (list the stages)',
  },
  check: { kind: 'switch', group: WHAT, help: 'shorthand for --call=check' },
  print: {
    kind: 'text',
    value: 'method',
    group: WHAT,
    help: 'old name of --call',
  },
  explain: {
    kind: 'switch',
    group: HOW,
    help: 'at the end, show why each step ran, as `lamina why` does',
  },
  verify: {
    kind: 'switch',
    group: HOW,
    help: 'build twice without the cache, in separate stores, and list the files that differ',
  },
  pull: {
    kind: 'switch',
    group: HOW,
    help: 'always ask registries for newer base images',
  },
  policy: {
    kind: 'text',
    value: 'file',
    group: HOW,
    help: 'use only images that a policy allows: containers-policy.json, see docs/policy.md',
  },
  'no-cache': {
    kind: 'switch',
    group: HOW,
    help: 'do not use the cache: run every step, with empty cache mounts',
  },
  'no-cache-filter': {
    kind: 'list',
    value: 'stage,…',
    group: HOW,
    help: 'do not use the cache for these stages',
  },
  'cache-max-size': {
    kind: 'text',
    value: 'bytes',
    group: HOW,
    help: 'largest size of the cache in the store, such as 20GB; none: collect nothing (default: $LAMINA_CACHE_MAX_SIZE, else 100GB and at most 80 % of the disk)',
  },
  'on-error': {
    kind: 'text',
    value: 'action',
    group: HOW,
    choices: ['stop', 'shell'],
    help: 'what to do when a RUN fails: stop (the default), or open a shell in what it left behind, as `lamina debug` does',
  },
  jobs: {
    kind: 'number',
    short: 'j',
    value: 'n',
    group: HOW,
    help: 'maximum number of steps that run at the same time (default: two per core, at least 8)',
  },
  progress: {
    kind: 'text',
    value: 'kind',
    group: HOW,
    choices: ['auto', 'tty', 'plain', 'quiet', 'none', 'rawjson'],
    help: 'type of progress output on standard error',
  },
  summary: {
    kind: 'text',
    value: 'amount',
    group: HOW,
    choices: summaryKinds,
    help: 'length of the summary at the end of the build (default: short)',
  },
  network: {
    kind: 'text',
    value: 'mode',
    group: STEPS,
    help: 'network of RUN steps: host (that of this machine, the default), private (one for each step, with connections to the outside) or none',
  },
  'add-host': {
    kind: 'list',
    value: 'name=ip',
    group: STEPS,
    help: 'add a host-to-IP mapping; host-gateway is this machine',
  },
  'shm-size': { kind: 'text', value: 'size', group: STEPS, help: 'size of /dev/shm, such as 64m' },
  ulimit: {
    kind: 'list',
    value: 'name=soft[:hard]',
    group: STEPS,
    help: 'set a ulimit',
  },
  ...isolationFlag(STEPS),
  ...remapFlag(STEPS),
  ...limitFlags(STEPS),
  'ca-certificates': {
    kind: 'list',
    value: 'host|file',
    group: STEPS,
    help: 'also trust the CA certificates added to this machine (host), or those in a PEM file; they never end up in layers or cache keys',
  },
  secret: {
    kind: 'list',
    value: 'id=…[,src=…|,env=…]',
    group: STEPS,
    help: 'secret for RUN --mount=type=secret, from a file or an environment variable; never logged, and not stored unless a step copies it; HTTP_AUTH_TOKEN_host, GIT_AUTH_TOKEN and the like log in to remote sources',
  },
  ssh: {
    kind: 'list',
    value: 'default|id[=path,…]',
    group: STEPS,
    help: 'SSH agent, agent socket or private keys for RUN --mount=type=ssh; default is also used for git over SSH',
  },
  allow: {
    kind: 'list',
    value: 'what',
    group: STEPS,
    help: 'grant an entitlement: security.insecure lets RUN --security=insecure do whatever root can do on this machine',
  },
  ...storeFlags,
  rm: {
    kind: 'switch',
    help: 'remove intermediate containers',
    noEffect: 'builds leave no containers',
  },
  'force-rm': {
    kind: 'switch',
    help: 'always remove intermediate containers',
    noEffect: 'builds leave no containers',
  },
  compress: {
    kind: 'switch',
    help: 'compress the context',
    noEffect: 'the context is not sent anywhere',
  },
  builder: {
    kind: 'text',
    value: 'name|address',
    group: STEPS,
    help: 'where the steps run: a builder of `lamina builder ls`, or the address of a BuildKit daemon such as tcp://HOST:1234 (default: this machine)',
  },
  frontend: {
    kind: 'text',
    value: 'remote',
    group: STEPS,
    help: 'remote: the daemon of --builder plans the Dockerfile by its own frontend (default: lamina does)',
  },
  'disable-content-trust': {
    kind: 'switch',
    help: 'skip verification of signatures',
    noEffect: 'every blob is verified by its digest',
  },
  'cache-from': {
    kind: 'list',
    value: 'source',
    group: HOW,
    help: 'external cache to import steps from: a name in a registry, type=registry,ref=NAME, or type=local,src=DIRECTORY; layers are downloaded only when needed',
  },
  'cache-to': {
    kind: 'list',
    value: 'target',
    group: HOW,
    help: 'cache to export the steps to: type=registry,ref=NAME, type=local,dest=DIRECTORY, or type=inline; mode=max adds the steps of all stages, mounts=true the cache mounts',
  },
  attest: {
    kind: 'list',
    value: 'type=…',
    group: RESULT,
    help: 'attach attestations to images that are pushed or written as OCI archives: type=sbom, or type=provenance,mode=min|max',
  },
  provenance: {
    kind: 'text',
    bare: 'true',
    value: 'mode',
    group: RESULT,
    help: 'attach how the image was built (SLSA provenance): true, false, mode=min or mode=max (default: false)',
  },
  sbom: {
    kind: 'text',
    bare: 'true',
    value: 'true|false',
    group: RESULT,
    help: 'attach a bill of materials (SPDX) (default: false)',
  },
  resource: {
    kind: 'list',
    value: 'k=v',
    help: 'resource limits of RUN',
    notYet: 'remove the option',
  },
  'security-opt': { kind: 'list', help: 'security options of RUN', notYet: 'remove the option' },
} as const satisfies FlagTable;
