import { summaryKinds } from '../../progress/index.ts';
import { storeFlags } from '../command.ts';
import type { FlagTable } from '../flags.ts';
import { limitFlags } from '../limit-flags.ts';

const WHAT = 'What to build';
const HOW = 'How';
const RESULT = 'Result';
const STEPS = 'RUN steps';

/** The flags of `docker buildx build`, and of the older `docker build`. */
export const buildFlags = {
  file: {
    kind: 'text',
    short: 'f',
    value: 'path',
    group: WHAT,
    help: 'path or URL of the Dockerfile (default: PATH/Dockerfile); - reads it from standard input',
  },
  target: {
    kind: 'text',
    value: 'stage',
    group: WHAT,
    help: 'stage to build (default: the last one)',
  },
  'build-arg': {
    kind: 'list',
    value: 'NAME[=value]',
    group: WHAT,
    help: 'set an ARG; without a value, take it from the environment',
  },
  'build-context': {
    kind: 'list',
    value: 'name=source',
    group: WHAT,
    help:
      'add a context for FROM, --from and mounts: a directory, docker-image://REF, oci-layout://DIR[:TAG|@DIGEST], ' +
      'target:STAGE, or a git or HTTP(S) URL; it replaces a stage or image of the same name',
  },
  label: { kind: 'list', value: 'name=value', group: WHAT, help: 'add a label to the image' },
  platform: {
    kind: 'list',
    value: 'os/arch',
    group: WHAT,
    help: 'platform of the result (default: that of this machine)',
  },
  tag: { kind: 'list', short: 't', value: 'name[:tag]', group: RESULT, help: 'name the image' },
  output: {
    kind: 'list',
    short: 'o',
    value: 'type=…,dest=…',
    group: RESULT,
    help:
      'where the result goes: type=image (the image store, the default), registry (push), oci or docker (an archive), ' +
      'tar or local (the files), or cacheonly; a path alone is a directory, - alone a tar on standard output',
  },
  push: {
    kind: 'switch',
    group: RESULT,
    help: 'push the result: same as --output type=registry',
  },
  load: {
    kind: 'switch',
    group: RESULT,
    help:
      'also load the result into Docker or Podman, if installed: same as --output type=docker ' +
      '(to choose: LAMINA_LOAD=docker|podman|none)',
  },
  annotation: {
    kind: 'list',
    value: '[type:]key=value',
    group: RESULT,
    help:
      'annotate the manifest, or what type names: manifest, manifest-descriptor, index, index-descriptor, each with an ' +
      'optional [platform]',
  },
  squash: {
    kind: 'text',
    bare: 'own',
    value: 'own|all',
    group: RESULT,
    help: 'merge the layers that the build adds (own), or all layers of the image (all), into one',
  },
  iidfile: { kind: 'text', value: 'path', group: RESULT, help: 'write the image ID to a file' },
  'metadata-file': {
    kind: 'text',
    value: 'path',
    group: RESULT,
    help: 'write digests and names of the result to a file, as JSON',
  },
  quiet: {
    kind: 'switch',
    short: 'q',
    group: RESULT,
    help: 'show no progress; print the image ID on success',
  },
  call: {
    kind: 'text',
    value: 'method[,format=json]',
    group: WHAT,
    help:
      'do not build, but check (look for mistakes), outline (list the arguments, secrets and ssh agents that the target takes) ' +
      'or targets (list the stages that can be built)',
  },
  check: { kind: 'switch', group: WHAT, help: 'same as --call=check' },
  print: {
    kind: 'text',
    value: 'method',
    group: WHAT,
    help: 'old name of --call',
  },
  verify: {
    kind: 'switch',
    group: HOW,
    help: 'build twice, in separate stores and without the cache, and list each file that differs',
  },
  pull: {
    kind: 'switch',
    group: HOW,
    help: 'ask registries for newer base images, even if the store has the tags',
  },
  'no-cache': {
    kind: 'switch',
    group: HOW,
    help: 'run every step, with empty cache mounts, even if it is cached',
  },
  'no-cache-filter': {
    kind: 'list',
    value: 'stage,…',
    group: HOW,
    help: 'run every step of these stages, even if it is cached',
  },
  jobs: {
    kind: 'number',
    short: 'j',
    value: 'n',
    group: HOW,
    help: 'number of steps that may run at the same time (default: two per core, at least 8)',
  },
  progress: {
    kind: 'text',
    value: 'kind',
    group: HOW,
    choices: ['auto', 'tty', 'plain', 'quiet', 'none', 'rawjson'],
    help: 'how to show progress on standard error',
  },
  summary: {
    kind: 'text',
    value: 'amount',
    group: HOW,
    choices: summaryKinds,
    help: 'how much to say at the end (default: short)',
  },
  network: {
    kind: 'text',
    value: 'mode',
    group: STEPS,
    help: 'host (share the network of this machine, the default) or none',
  },
  'add-host': {
    kind: 'list',
    value: 'name=ip',
    group: STEPS,
    help: 'add a line to /etc/hosts; host-gateway is this machine',
  },
  'shm-size': { kind: 'text', value: 'size', group: STEPS, help: 'size of /dev/shm, such as 64m' },
  ulimit: {
    kind: 'list',
    value: 'name=soft[:hard]',
    group: STEPS,
    help: 'set a resource limit of the processes',
  },
  ...limitFlags(STEPS),
  'ca-certificates': {
    kind: 'list',
    value: 'host|file',
    group: STEPS,
    help:
      'also trust the certificate authorities that were added to this machine (host), or those in a PEM file; they do not ' +
      'get into layers or cache keys',
  },
  secret: {
    kind: 'list',
    value: 'id=…[,src=…|,env=…]',
    group: STEPS,
    help:
      'give a file or an environment variable to RUN --mount=type=secret; its bytes get into no log, and into no layer or ' +
      'cache record unless a step copies them; HTTP_AUTH_TOKEN_host, GIT_AUTH_TOKEN and the like are logins for remote sources',
  },
  ssh: {
    kind: 'list',
    value: 'default|id[=path,…]',
    group: STEPS,
    help:
      'give the ssh agent, the socket of another agent, or private keys to RUN --mount=type=ssh; ' +
      'default is also used for git over ssh',
  },
  allow: {
    kind: 'list',
    value: 'what',
    group: STEPS,
    help: 'grant an entitlement: security.insecure lets RUN --security=insecure do all that root can do on this machine',
  },
  ...storeFlags,
  rm: {
    kind: 'switch',
    help: 'remove intermediate containers',
    noEffect: 'builds leave no containers',
  },
  'force-rm': { kind: 'switch', help: 'same as --rm', noEffect: 'no containers are kept' },
  compress: {
    kind: 'switch',
    help: 'compress the context',
    noEffect: 'the context is read in place',
  },
  builder: {
    kind: 'text',
    value: 'name',
    help: 'choose a builder',
    noEffect: 'there is only one builder',
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
    help:
      'also look for steps in another cache: a name in a registry, type=registry,ref=NAME, or type=local,src=DIRECTORY; ' +
      'layers are downloaded only when needed',
  },
  'cache-to': {
    kind: 'list',
    value: 'target',
    group: HOW,
    help:
      'also write the steps to another cache: type=registry,ref=NAME, type=local,dest=DIRECTORY, or type=inline; mode=max ' +
      'adds the steps of all stages, mounts=true the cache mounts',
  },
  attest: { kind: 'list', value: 'type=…', help: 'attach an attestation', notYet: 'leave it out' },
  provenance: {
    kind: 'text',
    bare: 'true',
    value: 'mode',
    help: 'attach provenance',
    notYet: 'remove the flag, or set --provenance=false',
  },
  sbom: {
    kind: 'text',
    bare: 'true',
    value: 'generator',
    help: 'attach a bill of materials',
    notYet: 'remove the flag, or set --sbom=false',
  },
  resource: { kind: 'list', value: 'k=v', help: 'limits of RUN', notYet: 'leave it out' },
  'security-opt': { kind: 'list', help: 'security of RUN', notYet: 'leave it out' },
  isolation: { kind: 'text', help: 'kind of isolation', notYet: 'leave it out' },
  policy: { kind: 'list', help: 'source policy', notYet: 'leave it out' },
} as const satisfies FlagTable;
