/** The contract of the library: all calls, with what each does, returns and throws. */
import type { ImageCheck, ImageReport } from '../analysis/index.ts';
import type { Environment } from '../environment.ts';
import type { HistoryRow } from '../export/index.ts';
import type { BuildRecord, Explanation } from '../records/index.ts';
import type { AttachedStatement, ListAttestationsOptions } from './attestations.ts';
import type { BakeDefinition, BakeDefinitionOptions, BakeOptions, BakeResult } from './bake.ts';
import type { BuildOptions, BuildResult, VerifyResult } from './build.ts';
import type {
  BuilderInfo,
  CreateBuilderOptions,
  ListBuildersOptions,
  RemoveBuildersOptions,
  UseBuilderOptions,
} from './builders.ts';
import type {
  ExplainBuildOptions,
  GraphBuildOptions,
  ListBuildsOptions,
  PastBuild,
  PastBuildOptions,
  RemoveBuildsOptions,
  TraceBuildOptions,
} from './builds.ts';
import type { CheckResult, OutlineResult, TargetsResult } from './checks.ts';
import type { RunOptions, RunResult } from './containers.ts';
import type { ContextListing, ListContextOptions } from './context-listing.ts';
import type { DebugOptions } from './debug.ts';
import type { DiagnoseOptions, Diagnosis } from './diagnosis.ts';
import type { ExploredImage, ExploreImageOptions } from './explore.ts';
import type { ExplorePageOptions, ServeExplorerOptions } from './explore-page.ts';
import type { FormatOptions, FormatResult } from './format.ts';
import type {
  CollectOptions,
  CollectResult,
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
import type { LintOptions, LintResult } from './lint.ts';
import type { OpenedImage, OpenedIndex, OpenImageOptions } from './open-image.ts';
import type { OptimizeOptions, OptimizeResult } from './optimize.ts';
import type { ProposeDockerfileOptions, ProposedDockerfile } from './propose-dockerfile.ts';
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
import type { CheckImageOptions, ReportImageOptions } from './reports.ts';
import type { Sbom, SbomOptions } from './sbom.ts';
import type {
  SignedManifest,
  SignImageOptions,
  VerifiedSignature,
  VerifySignaturesOptions,
} from './signatures.ts';
import type { CheckStoreOptions, CheckStoreResult } from './store-check.ts';
import type { CallOptions, StoreOptions } from './store-options.ts';
import type { SystemInfo, VersionInfo } from './system-info.ts';

/** Options of an instance, shared by all its calls. */
export interface LaminaOptions {
  /**
   * Directory of the store. Default: LAMINA_ROOT of `env`; else `/var/lib/lamina` for root, and
   * `~/.local/share/lamina` (or that of XDG_DATA_HOME) for others.
   */
  readonly root?: string | undefined;
  /**
   * Environment of all calls: proxies, certificates, logins and settings of registries, PATH, the ssh agent, the
   * variables that secrets name, and the LAMINA_ variables. Default: `process.env`.
   */
  readonly env?: Environment | undefined;
}

/**
 * lamina with one store and one environment. All calls reject with an `AppError`, whose code is stable, for
 * everything a user can meet, and with an `AbortedError` when their `signal` ends them.
 */
export interface Lamina {
  /**
   * Builds an image from a Dockerfile. If the build fails, the store keeps the finished steps.
   *
   * @returns ids and digests of the image, what was written where, a summary, and all warnings
   * @throws StepError when a RUN fails; AppError DOCKERFILE_…, PLAN_…, CONTEXT_…, COPY_…, REGISTRY_…, EXPORT_…, …
   */
  build(options: BuildOptions): Promise<BuildResult>;

  /**
   * Builds twice without the cache, the second time in an empty store of its own, and compares the images. Only the
   * first build is kept and written to its outputs.
   *
   * @throws as `build`
   */
  verify(options: BuildOptions): Promise<VerifyResult>;

  /**
   * Builds many targets at once, which HCL, JSON or Compose files define as for `docker buildx bake`. Steps that targets share run
   * once; a target that uses another one's image as a context waits for it. The first failure ends all builds.
   *
   * @throws AppError BAKE_…, HCL_…, COMPOSE_INVALID; those of `build`, with the name of the target as `details.bakeTarget`
   */
  bake(options: BakeOptions): Promise<BakeResult>;

  /**
   * Reads the same files, and returns what would be built. Builds nothing, but fetches a `repository`.
   *
   * @throws AppError BAKE_…, HCL_…, COMPOSE_INVALID
   */
  readBakeDefinition(options?: BakeDefinitionOptions): Promise<BakeDefinition>;

  /**
   * Lints Dockerfiles: BuildKit's checks, hadolint's rules, lamina's own, and ShellCheck where it is installed. Builds nothing and
   * asks no server. What is wrong with a file, also that it cannot be read, is one of its findings.
   *
   * @throws AppError CLI_CONFIG_INVALID, CLI_FILE: the configuration cannot be used
   */
  lint(options: LintOptions): Promise<LintResult>;

  /**
   * Tells why the steps of a past build ran: for each the first cause, against an earlier build. Values of secrets are not
   * known, and do not count.
   *
   * @throws AppError BUILD_RECORD_NOT_FOUND, BUILD_RECORD_VERSION, BUILD_RECORD_DAMAGED, IMAGE_AMBIGUOUS; for an image
   * that is not in the store, what `openImage` throws
   */
  explainBuild(options?: ExplainBuildOptions): Promise<Explanation>;

  /**
   * Lists the builds that are on record, newest first. Records of other versions are left out.
   *
   * @throws AppError STORE_…
   */
  listBuilds(options?: ListBuildsOptions): Promise<readonly PastBuild[]>;

  /**
   * Gives the whole record of a past build.
   *
   * @throws as `explainBuild`
   */
  inspectBuild(options?: PastBuildOptions): Promise<BuildRecord>;

  /**
   * Forgets past builds. Their images and what the cache has of them stay.
   *
   * @returns ids of the builds that are forgotten
   * @throws AppError BUILD_RECORD_NOT_FOUND
   */
  removeBuilds(options: RemoveBuildsOptions): Promise<readonly string[]>;

  /**
   * Gives the times of a past build as a document that trace viewers read.
   *
   * @throws as `explainBuild`
   */
  traceBuild(options?: TraceBuildOptions): Promise<string>;

  /**
   * Draws the stages of a past build with their times and its critical path.
   *
   * @throws as `explainBuild`
   */
  graphBuild(options?: GraphBuildOptions): Promise<string>;

  /**
   * Runs the build checks without building. Looks up missing base images in their registries;
   * checks that need an unreachable one are skipped.
   *
   * @returns the findings; `error` if the file cannot be built
   * @throws AppError DOCKERFILE_…, CONTEXT_…: the file cannot be read
   */
  check(options: BuildOptions): Promise<CheckResult>;

  /**
   * Describes the inputs of a target: build arguments, secrets, ssh agents and cache mounts. Nothing is built.
   *
   * @throws AppError DOCKERFILE_…, CONTEXT_…, PLAN_…
   */
  outline(options: BuildOptions): Promise<OutlineResult>;

  /**
   * Lists the stages that can be built.
   *
   * @throws AppError DOCKERFILE_…, CONTEXT_…
   */
  targets(options: BuildOptions): Promise<TargetsResult>;

  /**
   * Changes a Dockerfile so that its image gets smaller and does the same: builds the image, learns which files its
   * program uses, tries changes one by one, and keeps those that pass the test. Writes nothing.
   *
   * @throws AppError OPTIMIZE_TEST_FAILED if the image fails the test unchanged; OPTIMIZE_PORT_TAKEN; DOCKERFILE_NOT_FOUND;
   *   those of `build` and `run`
   */
  optimize(options: OptimizeOptions): Promise<OptimizeResult>;

  /**
   * Lists the files of a build context, and what its ignore file leaves out. Nothing is built.
   *
   * @throws AppError CONTEXT_NOT_FOUND, CONTEXT_UNREADABLE, DOCKERFILE_NOT_FOUND, PATTERN_INVALID; with `neededBy` also
   *   DOCKERFILE_…, PLAN_…
   */
  listContext(options: ListContextOptions): Promise<ContextListing>;

  /**
   * Formats the text of a Dockerfile in one style. The result asks for the same builds, which the call checks, and has the
   * same comments; formatting it again changes nothing. Reads and writes no file.
   *
   * @throws AppError DOCKERFILE_… for a text that is not a valid Dockerfile
   */
  format(options: FormatOptions): Promise<FormatResult>;

  /**
   * Recognises what is in a directory (Node.js, Python, Go, Java, Rust, Ruby, PHP, .NET, static sites, or several of these in
   * directories of their own) and proposes a Dockerfile and an ignore file. Writes nothing.
   *
   * @throws AppError INIT_UNKNOWN, INIT_MANIFEST, INIT_NAME, CONTEXT_…
   */
  proposeDockerfile(options: ProposeDockerfileOptions): Promise<ProposedDockerfile>;

  /**
   * Runs a container, and pulls its image if the store lacks it. The container is removed when its process ends.
   *
   * @returns how the process ended; a failure of the process is not an error of the call
   * @throws AppError IMAGE_NOT_FOUND, REGISTRY_…, CONTAINER_…, USER_UNKNOWN, GROUP_UNKNOWN, RUNTIME_…
   */
  run(options: RunOptions): Promise<RunResult>;

  /**
   * Starts a shell or a command in the file system of the step that failed last, of an image, or of what a Dockerfile builds
   * up to a stage or step. A failed step gets its mounts, environment and user again. All changes are discarded.
   *
   * @returns how the process ended
   * @throws AppError DEBUG_…; those of `run`, and with `build` those of `build`
   */
  debug(options?: DebugOptions): Promise<RunResult>;

  /**
   * Lists the images of the store, newest first.
   *
   * @throws AppError STORE_…
   */
  images(options?: StoreOptions): Promise<readonly ImageSummary[]>;

  /**
   * Gives an image another name; an image that had that name loses it.
   *
   * @throws AppError IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS, REFERENCE_INVALID
   */
  tag(options: TagOptions): Promise<void>;

  /**
   * Removes a name of an image, and the image with its last name. Given an id, removes the image with all its names.
   *
   * @returns the removed names and images
   * @throws AppError IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS; IMAGE_HAS_NAMES for an id with several names, without `force`
   */
  removeImage(options: RemoveImageOptions): Promise<RemoveImageResult>;

  /**
   * Describes images as `docker inspect` does. Images that the store lacks are listed in the result, not thrown.
   *
   * @throws AppError IMAGE_AMBIGUOUS, STORE_…
   */
  inspectImages(options: InspectImagesOptions): Promise<InspectImagesResult>;

  /**
   * Lists the steps that made an image, newest first. A layer that cannot be read has a `problem`, and the others are listed all the same.
   *
   * @throws AppError IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS; those of `openImage` where the image is not in the store
   */
  imageHistory(options: ImageHistoryOptions): Promise<readonly HistoryRow[]>;

  /**
   * Compares two images of any transport, file by file or layer by layer. Where the store has both, contents are compared by
   * their bytes, else by digests: layers are read once as they stream in, and nothing is written to the store.
   *
   * @throws AppError IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS, IMAGE_PLATFORM_MISMATCH, IMAGE_PLACE_INVALID, IMAGE_DAEMON, REGISTRY_…,
   *   ARCHIVE_…, OCI_DOCUMENT_INVALID; what a layer that cannot be read throws
   */
  compareImages(options: CompareImagesOptions): Promise<CompareImagesResult>;

  /**
   * Reports what is in an image of any transport: sizes, layers, what is shipped without need, packages, secrets. Layers are
   * read once as they stream in; nothing is written to the store. Layers that cannot be read are `problems` of the report.
   *
   * @throws AppError IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS, IMAGE_PLATFORM_MISMATCH, IMAGE_PLACE_INVALID, IMAGE_DAEMON, REGISTRY_…,
   *   ARCHIVE_…, OCI_DOCUMENT_INVALID
   */
  reportImage(options: ReportImageOptions): Promise<ImageReport>;

  /**
   * Reads what is attached to an image in a registry, an OCI layout or an archive: bills of materials, provenance. The digests of
   * all statements are verified; signatures are not.
   *
   * @throws AppError IMAGE_PLACE_INVALID, OCI_DOCUMENT_INVALID, REGISTRY_…, ARCHIVE_…
   */
  listAttestations(options: ListAttestationsOptions): Promise<readonly AttachedStatement[]>;

  /**
   * Signs an image in a registry by its digest, and stores the signature beside it in cosign's form.
   *
   * @returns the image's manifest or index first, then those of its platforms with `recursive`
   * @throws AppError SIGNATURE_KEY_INVALID, SIGNATURE_KEY_PASSWORD, REGISTRY_…
   */
  signImage(options: SignImageOptions): Promise<readonly SignedManifest[]>;

  /**
   * Finds the signatures of an image in a registry that were made with a key.
   *
   * @returns at least one
   * @throws AppError SIGNATURE_NOT_FOUND, SIGNATURE_INVALID, SIGNATURE_KEY_INVALID, REGISTRY_…
   */
  verifySignatures(options: VerifySignaturesOptions): Promise<readonly VerifiedSignature[]>;

  /**
   * Lists the packages of an image of any transport as a bill of materials, SPDX or CycloneDX. Reads it as `reportImage` does.
   *
   * @throws as `reportImage`
   */
  sbom(options: SbomOptions): Promise<Sbom>;

  /**
   * Holds an image of any transport against limits: sizes, layers, efficiency, user, shells, secrets, base. Reads it as
   * `reportImage` does. An image that exceeds a limit is a result, not an error. (`check` checks a Dockerfile.)
   *
   * @throws as `reportImage`; AppError CHECK_SECRET_SHORT, SECRET_UNREADABLE
   */
  checkImage(options: CheckImageOptions): Promise<ImageCheck>;

  /**
   * Reads an image of any transport once, as `reportImage` does, and keeps it open: its files through all layers, and their
   * contents on demand. Nothing is written to the store. Dispose of it after use (`await using`).
   *
   * @throws as `reportImage`
   */
  exploreImage(options: ExploreImageOptions): Promise<ExploredImage>;

  /**
   * Makes one HTML file that shows an image of any transport: layers, a map of sizes, and what the report says. It needs nothing
   * from any server. Of very large images it has the largest files and directories, and the sums of the others.
   *
   * @returns the HTML
   * @throws AppError those of `reportImage`
   */
  explorePage(options: ExplorePageOptions): Promise<string>;

  /**
   * Serves the same page, with previews of files, to browsers of this machine until the signal aborts.
   *
   * @throws AppError those of `reportImage`
   */
  serveExplorer(options: ServeExplorerOptions): Promise<void>;

  /**
   * Writes images into one archive.
   *
   * @throws AppError IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS, EXPORT_DESTINATION
   */
  saveImages(options: SaveImagesOptions): Promise<void>;

  /**
   * Reads the images of an archive or of an OCI layout directory into the store.
   *
   * @throws AppError ARCHIVE_…, IMAGE_…, OCI_…
   */
  loadImages(options: LoadImagesOptions): Promise<LoadImagesResult>;

  /**
   * Creates an image with one layer, the unchanged tar of a root file system.
   *
   * @throws AppError ARCHIVE_…, HTTP_…, REFERENCE_INVALID; of `changes` IMAGE_CHANGE, DOCKERFILE_…, PLAN_…
   */
  importImage(options: ImportImageOptions): Promise<ImportImageResult>;

  /**
   * Writes the files of an image as one tar, as containers see them.
   *
   * @throws AppError IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS, EXPORT_DESTINATION
   */
  exportImage(options: ExportImageOptions): Promise<void>;

  /**
   * Creates a Debian or distroless base image from packages, unless the store has it.
   *
   * @throws AppError BASE_…, EMULATOR_MISSING, RUNTIME_NO_NAMESPACES
   */
  makeBase(options: MakeBaseOptions): Promise<MakeBaseResult>;

  /**
   * Removes the cache records and images that the options select, and content that nothing refers to.
   *
   * @returns what was removed, and the freed bytes
   * @throws AppError STORE_…
   */
  prune(options?: PruneOptions): Promise<PruneResult>;

  /**
   * Removes what nothing needs any more, and cache that exceeds the limits, the least recently used first. Images stay, and
   * what live processes use. The command does so by itself after builds; see `BuildOptions.onCollectionDue`.
   *
   * @throws AppError STORE_…
   */
  collectGarbage(options?: CollectOptions): Promise<CollectResult>;

  /**
   * Returns how much disk space images, the build cache and everything else in the store take. The rows add up to what the
   * store's directory takes on the disk.
   *
   * @throws AppError STORE_…
   */
  diskUsage(options?: StoreOptions): Promise<readonly DiskUsageRow[]>;

  /**
   * Lists images, newest first, and cache records, last used first, with their sizes.
   *
   * @throws AppError STORE_…
   */
  diskUsageDetails(options?: StoreOptions): Promise<DiskUsageDetails>;

  /**
   * Verifies the store: its database, its layers and blobs against their digests, and that no image lacks a part.
   *
   * @throws AppError STORE_NOT_FOUND, STORE_IN_USE, STORE_VERSION, STORE_FOREIGN, STORE_READ_ONLY
   */
  checkStore(options?: CheckStoreOptions): Promise<CheckStoreResult>;

  /**
   * Pulls an image, or all images of a repository. Layers that the store has are not downloaded again.
   *
   * @throws AppError REGISTRY_…, IMAGE_PLATFORM_MISMATCH, PLATFORM_INVALID, REFERENCE_INVALID
   */
  pullImages(options: PullOptions): Promise<readonly PulledImage[]>;

  /**
   * Pushes an image under its own name, or all images of a repository that the store has.
   *
   * @throws AppError IMAGE_NOT_FOUND, IMAGE_PLATFORM_MISMATCH, REFERENCE_INVALID, REGISTRY_…
   */
  pushImages(options: PushOptions): Promise<readonly PushedImage[]>;

  /**
   * Copies an image, or an index with all its images, between registries, layouts, archives and the store. Digests stay
   * the same.
   *
   * @throws AppError IMAGE_PLACE_INVALID, IMAGE_NOT_FOUND, IMAGE_PLATFORM_MISMATCH, REGISTRY_…, ARCHIVE_…, EXPORT_DESTINATION
   */
  copyImage(options: CopyOptions): Promise<CopyResult>;

  /**
   * Opens an image of the store, a registry, an OCI layout, an archive or a running Docker, to look into it: its
   * documents, its layers, and their files. Nothing is written to the store, and nothing is unpacked or mounted. Dispose
   * of it after use (`await using`).
   *
   * @returns an index if the name refers to one and no platform is given
   * @throws AppError IMAGE_PLACE_INVALID, IMAGE_NOT_FOUND, IMAGE_DAEMON, IMAGE_PLATFORM_MISMATCH, REGISTRY_…, ARCHIVE_…
   */
  openImage(options: OpenImageOptions): Promise<OpenedImage | OpenedIndex>;

  /**
   * Reads a manifest or an index from a registry, without fetching layers.
   *
   * @throws AppError REGISTRY_…, REFERENCE_INVALID
   */
  inspectManifest(options: InspectManifestOptions): Promise<InspectedManifest>;

  /**
   * Lists the tags of a repository, in the registry's order.
   *
   * @throws AppError REGISTRY_…, REFERENCE_INVALID
   */
  listTags(options: ListTagsOptions): Promise<readonly string[]>;

  /**
   * Pushes an index of images that are in registries. A single source without changes is copied unchanged.
   *
   * @throws AppError REGISTRY_…, REFERENCE_INVALID, IMAGE_PLATFORM_MISMATCH
   */
  createIndex(options: CreateIndexOptions): Promise<CreateIndexResult>;

  /**
   * Looks up images in their registries and keeps a manifest list of them in the store.
   *
   * @returns the full name of the list
   * @throws AppError MANIFEST_LIST_EXISTS without `amend`, REGISTRY_…, REFERENCE_INVALID
   */
  createManifestList(options: CreateManifestListOptions): Promise<string>;

  /**
   * Changes the platform of one manifest of a list.
   *
   * @throws AppError MANIFEST_LIST_NOT_FOUND, REGISTRY_…, REFERENCE_INVALID
   */
  annotateManifestList(options: AnnotateManifestListOptions): Promise<void>;

  /**
   * Pushes a manifest list as an index.
   *
   * @throws AppError MANIFEST_LIST_NOT_FOUND, REGISTRY_…, REFERENCE_INVALID
   */
  pushManifestList(options: PushManifestListOptions): Promise<CreateIndexResult>;

  /**
   * Removes manifest lists from the store: all of them, or none if one does not exist.
   *
   * @throws AppError MANIFEST_LIST_NOT_FOUND, REFERENCE_INVALID
   */
  removeManifestLists(options: RemoveManifestListsOptions): Promise<void>;

  /**
   * Checks a login with a registry, and saves it where Docker does. Without `login`, checks the saved one.
   *
   * @throws AppError REGISTRY_UNAUTHORIZED, REGISTRY_UNREACHABLE, REGISTRY_CREDENTIALS, REGISTRY_HELPER, REFERENCE_INVALID
   */
  login(options?: LoginOptions): Promise<LoginResult>;

  /**
   * Removes the saved login of a registry.
   *
   * @returns whether there was one
   * @throws AppError REGISTRY_CREDENTIALS, REGISTRY_HELPER, REFERENCE_INVALID
   */
  logout(options?: LogoutOptions): Promise<boolean>;

  /**
   * Names a BuildKit daemon for builds, without connecting to it. A builder of the same name is replaced; with `append`,
   * the daemon becomes one more node of it.
   *
   * @returns its name
   * @throws AppError BUILDER_ADDRESS, BUILDER_NAME, BUILDER_CERTIFICATE, BUILDER_CONFIG, PLATFORM_INVALID
   */
  createBuilder(options: CreateBuilderOptions): Promise<string>;

  /**
   * Lists the builders, with what their daemons say; those of Docker's buildx, too. A daemon that does not answer is a
   * result, not an error.
   *
   * @throws AppError BUILDER_CONFIG
   */
  listBuilders(options?: ListBuildersOptions): Promise<readonly BuilderInfo[]>;

  /**
   * Chooses the builder of builds that name none.
   *
   * @returns whether there is one of this name; else nothing changes
   * @throws AppError BUILDER_CONFIG
   */
  useBuilder(options: UseBuilderOptions): Promise<boolean>;

  /**
   * Forgets builders; their daemons stay, and so do instances of buildx.
   *
   * @returns the names of those that were removed or lost a node
   * @throws AppError BUILDER_CONFIG
   */
  removeBuilders(options: RemoveBuildersOptions): Promise<readonly string[]>;

  /**
   * Finds out what this machine can do for builds: RUN, layers, limits, other platforms, registries, disk space. Tries
   * rather than guesses, each for a few seconds at most, and changes nothing. What does not work is a result, not an error.
   */
  diagnose(options?: DiagnoseOptions): Promise<Diagnosis>;

  /**
   * Describes the store, and this machine as builds find it. Tests the programs of which platforms run here.
   *
   * @throws AppError STORE_…
   */
  info(options?: StoreOptions): Promise<SystemInfo>;

  /** Returns the version of lamina, and the container runtime that it finds on this machine. */
  version(options?: CallOptions): Promise<VersionInfo>;
}
