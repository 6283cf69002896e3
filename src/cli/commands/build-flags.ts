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
    help: 'the Dockerfile (default: PATH/Dockerfile), or its URL; - reads it from standard input',
  },
  target: {
    kind: 'text',
    value: 'stage',
    group: WHAT,
    help: 'build this stage instead of the last',
  },
  'build-arg': {
    kind: 'list',
    value: 'NAME[=value]',
    group: WHAT,
    help: 'set an ARG; without a value: the environment’s',
  },
  'build-context': {
    kind: 'list',
    value: 'name=source',
    group: WHAT,
    help:
      'another context for FROM, --from and mounts: a directory, docker-image://REF, oci-layout://DIR[:TAG|@DIGEST], target:STAGE, ' +
      'a git or HTTP(S) URL; it also stands in for the stage or image of its name',
  },
  label: { kind: 'list', value: 'name=value', group: WHAT, help: 'add a label to the image' },
  platform: {
    kind: 'list',
    value: 'os/arch',
    group: WHAT,
    help: 'platform of the result (default: this machine’s)',
  },
  tag: { kind: 'list', short: 't', value: 'name[:tag]', group: RESULT, help: 'name of the image' },
  output: {
    kind: 'list',
    short: 'o',
    value: 'type=…,dest=…',
    group: RESULT,
    help:
      'where the result goes: type=image (the default, the image store), registry (pushed), oci or docker (an archive), ' +
      'tar or local (the files), cacheonly; a bare path is a directory, - a tar on standard output; several may be given',
  },
  push: {
    kind: 'switch',
    group: RESULT,
    help: 'push the result: the same as --output type=registry',
  },
  load: {
    kind: 'switch',
    group: RESULT,
    help:
      'load the result into Docker or Podman too, where one is there: the same as --output type=docker ' +
      '(LAMINA_LOAD=docker|podman|none chooses)',
  },
  annotation: {
    kind: 'list',
    value: '[type:]key=value',
    group: RESULT,
    help:
      'annotate the manifest, or what type names: manifest, manifest-descriptor, index, index-descriptor, each with a ' +
      '[platform] if wanted',
  },
  squash: {
    kind: 'text',
    bare: 'own',
    value: 'own|all',
    group: RESULT,
    help: 'make one layer of those the build adds (own), or of the whole image (all)',
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
    help: 'show no progress, print the image ID on success',
  },
  call: {
    kind: 'text',
    value: 'method[,format=json]',
    group: WHAT,
    help:
      'instead of building: check (look for mistakes), outline (what the target takes: arguments, secrets, ssh), ' +
      'targets (the stages that can be built)',
  },
  check: { kind: 'switch', group: WHAT, help: 'the same as --call=check' },
  print: {
    kind: 'text',
    value: 'method',
    group: WHAT,
    help: 'the old name of --call',
  },
  verify: {
    kind: 'switch',
    group: HOW,
    help: 'build twice, in separate stores and without the cache, and explain file by file what came out differently',
  },
  pull: {
    kind: 'switch',
    group: HOW,
    help: 'ask registries what the tags of base images mean now, also if the store has them',
  },
  'no-cache': {
    kind: 'switch',
    group: HOW,
    help: 'run every step, whatever the cache knows, with empty cache mounts',
  },
  'no-cache-filter': {
    kind: 'list',
    value: 'stage,…',
    group: HOW,
    help: 'run every step of these stages',
  },
  jobs: {
    kind: 'number',
    short: 'j',
    value: 'n',
    group: HOW,
    help: 'steps that run at the same time (default: two per core, at least 8)',
  },
  progress: {
    kind: 'text',
    value: 'kind',
    group: HOW,
    choices: ['auto', 'tty', 'plain', 'quiet', 'none', 'rawjson'],
    help: 'display on standard error',
  },
  summary: {
    kind: 'text',
    value: 'amount',
    group: HOW,
    choices: summaryKinds,
    help: 'what to say at the end: sizes of stages and image (short, the default), every step and layer too (full), nothing (none)',
  },
  network: {
    kind: 'text',
    value: 'mode',
    group: STEPS,
    help: 'host (the default: steps share this machine’s network) or none',
  },
  'add-host': {
    kind: 'list',
    value: 'name=ip',
    group: STEPS,
    help: 'add a line to /etc/hosts; host-gateway stands for this machine',
  },
  'shm-size': { kind: 'text', value: 'size', group: STEPS, help: 'size of /dev/shm, such as 64m' },
  ulimit: { kind: 'list', value: 'name=soft[:hard]', group: STEPS, help: 'limit of the processes' },
  ...limitFlags(STEPS),
  'ca-certificates': {
    kind: 'list',
    value: 'host|file',
    group: STEPS,
    help:
      'trust the authorities added to this machine (host) or those in a PEM file; no layer and no cache key ' +
      'knows of them',
  },
  secret: {
    kind: 'list',
    value: 'id=…[,src=…|,env=…]',
    group: STEPS,
    help:
      'give a file or an environment variable to RUN --mount=type=secret; its bytes reach no layer or cache record ' +
      'unless a step copies them, and no log; HTTP_AUTH_TOKEN_host, GIT_AUTH_TOKEN and the like are logins for remote sources',
  },
  ssh: {
    kind: 'list',
    value: 'default|id[=path,…]',
    group: STEPS,
    help:
      'give the running ssh agent, another agent’s socket, or private keys to RUN --mount=type=ssh; ' +
      'the one named default also to git repositories by ssh',
  },
  allow: {
    kind: 'list',
    value: 'what',
    group: STEPS,
    help: 'allow more to steps: security.insecure lets RUN --security=insecure have all rights of root on this machine',
  },
  ...storeFlags,
  rm: { kind: 'switch', help: 'remove intermediate containers', noEffect: 'none are kept' },
  'force-rm': { kind: 'switch', help: 'the same', noEffect: 'no containers are kept' },
  compress: { kind: 'switch', help: 'compress the context', noEffect: 'it is read in place' },
  builder: { kind: 'text', value: 'name', help: 'choose a builder', noEffect: 'there is only one' },
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
      'also look for steps in another cache: a name in a registry, type=registry,ref=NAME, type=local,src=DIRECTORY; what is ' +
      'found is downloaded only when it is needed',
  },
  'cache-to': {
    kind: 'list',
    value: 'target',
    group: HOW,
    help:
      'also write the steps for others: type=registry,ref=NAME, type=local,dest=DIRECTORY, type=inline; with mode=max steps of all ' +
      'stages, with mounts=true cache mounts too',
  },
  attest: { kind: 'list', value: 'type=…', help: 'attach an attestation', notYet: 'leave it out' },
  provenance: {
    kind: 'text',
    bare: 'true',
    value: 'mode',
    help: 'attach provenance',
    notYet: 'none is attached; leave the flag out, or give --provenance=false',
  },
  sbom: {
    kind: 'text',
    bare: 'true',
    value: 'generator',
    help: 'attach a bill of materials',
    notYet: 'none is attached; leave the flag out, or give --sbom=false',
  },
  resource: { kind: 'list', value: 'k=v', help: 'limits of RUN', notYet: 'leave it out' },
  'security-opt': { kind: 'list', help: 'security of RUN', notYet: 'leave it out' },
  isolation: { kind: 'text', help: 'kind of isolation', notYet: 'leave it out' },
  policy: { kind: 'list', help: 'source policy', notYet: 'leave it out' },
} as const satisfies FlagTable;
