/** The options of Docker's commands (Docker 28.2, buildx of 2026), by the commands that lamina has. `f/force` is short -f. */
export const dockerFlags: Readonly<Record<string, string>> = {
  'container prune': 'filter f/force',
  export: 'o/output',
  history: 'format H/human no-trunc platform q/quiet',
  'image prune': 'a/all filter f/force',
  images: 'a/all digests f/filter format no-trunc q/quiet tree',
  import: 'c/change m/message platform',
  info: 'f/format',
  inspect: 'f/format s/size type',
  'image inspect': 'f/format platform',
  load: 'i/input platform q/quiet',
  login: 'p/password password-stdin u/username',
  'manifest annotate': 'arch os os-features os-version variant',
  'manifest create': 'a/amend insecure',
  'manifest inspect': 'insecure v/verbose',
  'manifest push': 'insecure p/purge',
  'network prune': 'filter f/force',
  pull: 'a/all-tags disable-content-trust platform q/quiet',
  push: 'a/all-tags disable-content-trust platform q/quiet',
  rmi: 'f/force no-prune platform',
  run:
    'add-host annotation a/attach blkio-weight blkio-weight-device cap-add cap-drop ' +
    'cgroup-parent cgroupns cidfile cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period ' +
    'cpu-rt-runtime c/cpu-shares cpus cpuset-cpus cpuset-mems d/detach detach-keys device ' +
    'device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops ' +
    'disable-content-trust dns dns-option dns-search domainname entrypoint e/env env-file ' +
    'expose gpus group-add health-cmd health-interval health-retries health-start-interval ' +
    'health-start-period health-timeout h/hostname init i/interactive io-maxbandwidth ' +
    'io-maxiops ip ip6 ipc isolation kernel-memory l/label label-file link link-local-ip ' +
    'log-driver log-opt mac-address m/memory memory-reservation memory-swap memory-swappiness ' +
    'mount name network network-alias no-healthcheck oom-kill-disable oom-score-adj pid ' +
    'pids-limit platform privileged p/publish P/publish-all pull q/quiet read-only restart rm ' +
    'runtime security-opt shm-size sig-proxy stop-signal stop-timeout storage-opt sysctl tmpfs ' +
    't/tty ulimit use-api-socket u/user userns uts v/volume volume-driver volumes-from ' +
    'w/workdir',
  save: 'o/output platform',
  'system df': 'format v/verbose',
  'system prune': 'a/all filter f/force volumes',
  version: 'f/format',
  'volume prune': 'a/all filter f/force',
  'buildx bake':
    'allow builder call check D/debug f/file list load metadata-file no-cache policy print ' +
    'progress provenance pull push sbom set var',
  'buildx build':
    'add-host allow annotation attest build-arg build-context builder cache-from cache-to call ' +
    'cgroup-parent check D/debug f/file iidfile label load metadata-file network no-cache ' +
    'no-cache-filter o/output platform policy progress provenance pull push q/quiet resource ' +
    'sbom secret shm-size ssh t/tag target ulimit',
  'buildx create':
    'append bootstrap buildkitd-config buildkitd-flags D/debug driver driver-opt leave name ' +
    'node platform timeout use',
  'buildx du': 'builder D/debug filter format timeout verbose',
  'buildx imagetools create':
    'annotation append builder D/debug dry-run f/file metadata-file p/platform prefer-index ' +
    'progress t/tag',
  'buildx imagetools inspect': 'builder D/debug format raw',
  'buildx inspect': 'bootstrap builder D/debug timeout',
  'buildx ls': 'D/debug format no-trunc timeout',
  'buildx prune':
    'a/all builder D/debug filter f/force max-used-space min-free-space reserved-space timeout ' +
    'verbose',
  'buildx rm': 'all-inactive builder D/debug f/force keep-daemon keep-state timeout',
  'buildx stop': 'builder D/debug',
  'buildx use': 'builder D/debug default global',
  'buildx version': 'D/debug',
  build:
    'add-host build-arg cache-from cgroup-parent compress cpu-period cpu-quota c/cpu-shares ' +
    'cpuset-cpus cpuset-mems disable-content-trust f/file force-rm iidfile isolation label m/memory ' +
    'memory-swap network no-cache platform pull q/quiet rm security-opt shm-size squash t/tag target ulimit',
};
