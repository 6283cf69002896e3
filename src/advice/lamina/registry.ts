/** All rules of lamina's own, in the order of the documentation. */
import type { AdviceRule } from '../rule.ts';
import { architectureInDownload } from './architecture-in-download.ts';
import { baseWithoutDigest } from './base-without-digest.ts';
import { buildToolsInFinalStage } from './build-tools-in-final-stage.ts';
import { chownAfterCopy } from './chown-after-copy.ts';
import { cleanupInLaterLayer } from './cleanup-in-later-layer.ts';
import { devDependenciesInFinalStage } from './dev-dependencies-in-final-stage.ts';
import { downloadPipedToShell } from './download-piped-to-shell.ts';
import { downloadWithoutChecksum } from './download-without-checksum.ts';
import { largeBaseImage } from './large-base-image.ts';
import { missingCacheMount } from './missing-cache-mount.ts';
import { missingExpose } from './missing-expose.ts';
import { missingIgnoreFile } from './missing-ignore-file.ts';
import { npmCacheLeft } from './npm-cache-left.ts';
import { rootUser } from './root-user.ts';
import { secretInCopy } from './secret-in-copy.ts';
import { secretInText } from './secret-in-text.ts';
import { shellAsProcessOne } from './shell-as-process-one.ts';
import { singleStageBuild } from './single-stage-build.ts';
import { sourcesBeforeDependencies } from './sources-before-dependencies.ts';
import { timeInBuild } from './time-in-build.ts';
import { unneededInContext } from './unneeded-in-context.ts';
import { unusedArgument } from './unused-argument.ts';
import { unusedCopy } from './unused-copy.ts';
import { unusedStage } from './unused-stage.ts';
import { upgradeInBuild } from './upgrade-in-build.ts';
import { wholeContextInFinalStage } from './whole-context-in-final-stage.ts';

export const LAMINA_RULES: readonly AdviceRule[] = [
  sourcesBeforeDependencies,
  missingCacheMount,
  missingIgnoreFile,
  unneededInContext,
  wholeContextInFinalStage,
  singleStageBuild,
  buildToolsInFinalStage,
  devDependenciesInFinalStage,
  largeBaseImage,
  npmCacheLeft,
  cleanupInLaterLayer,
  chownAfterCopy,
  secretInCopy,
  secretInText,
  rootUser,
  shellAsProcessOne,
  missingExpose,
  unusedStage,
  unusedCopy,
  unusedArgument,
  architectureInDownload,
  upgradeInBuild,
  timeInBuild,
  downloadPipedToShell,
  downloadWithoutChecksum,
  baseWithoutDigest,
];
