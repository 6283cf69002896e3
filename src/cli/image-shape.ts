/** The fields of Docker's image type, for templates: its JSON omits some empty ones. */
import type { Shape } from './template/index.ts';

const descriptor: Shape = {
  MediaType: 'value',
  Digest: 'value',
  Size: 'value',
  URLs: 'value',
  Annotations: 'map',
  Data: 'value',
  Platform: 'any',
  ArtifactType: 'value',
};

const config: Shape = {
  User: 'value',
  ExposedPorts: 'map',
  Env: 'value',
  Entrypoint: 'value',
  Cmd: 'value',
  Volumes: 'map',
  WorkingDir: 'value',
  Labels: 'map',
  StopSignal: 'value',
  ArgsEscaped: 'value',
  OnBuild: 'value',
  Shell: 'value',
  Healthcheck: {
    Test: 'value',
    Interval: 'value',
    Timeout: 'value',
    StartPeriod: 'value',
    StartInterval: 'value',
    Retries: 'value',
  },
};

export const imageShape: Shape = {
  Id: 'value',
  RepoTags: 'value',
  RepoDigests: 'value',
  Parent: 'value',
  Comment: 'value',
  Created: 'value',
  DockerVersion: 'value',
  Author: 'value',
  Config: config,
  Architecture: 'value',
  Variant: 'value',
  Os: 'value',
  OsVersion: 'value',
  Size: 'value',
  GraphDriver: { Name: 'value', Data: 'map' },
  RootFS: { Type: 'value', Layers: 'value' },
  Metadata: { LastTagTime: 'value' },
  Descriptor: descriptor,
  Manifests: 'value',
};
