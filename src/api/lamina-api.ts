/** All calls together. */
import type { HistoryRow } from '../export/index.ts';
import type { BuildOptions, BuildResult, VerifyResult } from './build.ts';
import type { CheckResult, OutlineResult, TargetsResult } from './checks.ts';
import type { RunOptions, RunResult } from './containers.ts';
import type { ContextListing, ListContextOptions } from './context-listing.ts';
import type {
  CompareImagesOptions,
  CompareImagesResult,
  DiskUsageDetails,
  DiskUsageRow,
  ExportImageOptions,
  ImageHistoryOptions,
  ImageSummary,
  ImportImageOptions,
  ImportImageResult,
  InspectImagesOptions,
  InspectImagesResult,
  LoadImagesOptions,
  LoadImagesResult,
  MakeBaseOptions,
  MakeBaseResult,
  PruneOptions,
  PruneResult,
  RemoveImageOptions,
  RemoveImageResult,
  SaveImagesOptions,
  TagOptions,
} from './images.ts';
import type {
  AnnotateManifestListOptions,
  CopyOptions,
  CopyResult,
  CreateIndexOptions,
  CreateIndexResult,
  CreateManifestListOptions,
  InspectedManifest,
  InspectManifestOptions,
  ListTagsOptions,
  LoginOptions,
  LoginResult,
  LogoutOptions,
  PulledImage,
  PullOptions,
  PushedImage,
  PushManifestListOptions,
  PushOptions,
  RemoveManifestListsOptions,
} from './registries.ts';
import type { CheckStoreOptions, CheckStoreResult } from './store-check.ts';
import type { StoreOptions } from './store-options.ts';
import type { SystemInfo, SystemInfoOptions } from './system-info.ts';

export interface VersionInfo {
  readonly version: string;
  readonly node: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** What RUN and `run` use; undefined: none was found. */
  readonly runtime:
    | { readonly name: string; readonly path: string; readonly version: string }
    | undefined;
}

/** The functions `src/index.ts` exports, as one type: the command line is written against it. */
export interface LaminaApi {
  build(options: BuildOptions): Promise<BuildResult>;
  verify(options: BuildOptions): Promise<VerifyResult>;
  compareImages(options: CompareImagesOptions): Promise<CompareImagesResult>;
  check(options: BuildOptions): Promise<CheckResult>;
  outline(options: BuildOptions): Promise<OutlineResult>;
  targets(options: BuildOptions): Promise<TargetsResult>;
  listContext(options: ListContextOptions): Promise<ContextListing>;
  run(options: RunOptions): Promise<RunResult>;
  images(options: StoreOptions): Promise<readonly ImageSummary[]>;
  tag(options: TagOptions): Promise<void>;
  removeImage(options: RemoveImageOptions): Promise<RemoveImageResult>;
  saveImages(options: SaveImagesOptions): Promise<void>;
  loadImages(options: LoadImagesOptions): Promise<LoadImagesResult>;
  inspectImages(options: InspectImagesOptions): Promise<InspectImagesResult>;
  imageHistory(options: ImageHistoryOptions): Promise<readonly HistoryRow[]>;
  makeBase(options: MakeBaseOptions): Promise<MakeBaseResult>;
  prune(options: PruneOptions): Promise<PruneResult>;
  importImage(options: ImportImageOptions): Promise<ImportImageResult>;
  exportImage(options: ExportImageOptions): Promise<void>;
  diskUsage(options: StoreOptions): Promise<readonly DiskUsageRow[]>;
  diskUsageDetails(options: StoreOptions): Promise<DiskUsageDetails>;
  checkStore(options: CheckStoreOptions): Promise<CheckStoreResult>;
  pullImages(options: PullOptions): Promise<readonly PulledImage[]>;
  pushImages(options: PushOptions): Promise<readonly PushedImage[]>;
  copyImage(options: CopyOptions): Promise<CopyResult>;
  createIndex(options: CreateIndexOptions): Promise<CreateIndexResult>;
  createManifestList(options: CreateManifestListOptions): Promise<string>;
  annotateManifestList(options: AnnotateManifestListOptions): Promise<void>;
  pushManifestList(options: PushManifestListOptions): Promise<CreateIndexResult>;
  removeManifestLists(options: RemoveManifestListsOptions): Promise<void>;
  login(options: LoginOptions): Promise<LoginResult>;
  logout(options: LogoutOptions): Promise<boolean>;
  inspectManifest(options: InspectManifestOptions): Promise<InspectedManifest>;
  listTags(options: ListTagsOptions): Promise<readonly string[]>;
  info(options: SystemInfoOptions): Promise<SystemInfo>;
  version(): Promise<VersionInfo>;
}
