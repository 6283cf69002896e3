/** All cases. */
import type { Topic } from './case.ts';
import { add } from './cases/add.ts';
import { addGit } from './cases/add-git.ts';
import { addHttp } from './cases/add-http.ts';
import { args } from './cases/args.ts';
import { cache } from './cases/cache.ts';
import { cacheInputs } from './cases/cache-inputs.ts';
import { cacheMountsRenewed } from './cases/cache-mounts-renewed.ts';
import { cacheSources } from './cases/cache-sources.ts';
import { channels } from './cases/channels.ts';
import { checks } from './cases/checks.ts';
import { contexts } from './cases/contexts.ts';
import { copyCapabilities } from './cases/copy-capabilities.ts';
import { copyDestinations } from './cases/copy-destinations.ts';
import { copyMetadata } from './cases/copy-metadata.ts';
import { copyOptions } from './cases/copy-options.ts';
import { copySources } from './cases/copy-sources.ts';
import { copyTimes } from './cases/copy-times.ts';
import { directives } from './cases/directives.ts';
import { epoch } from './cases/epoch.ts';
import { expansion } from './cases/expansion.ts';
import { from } from './cases/from.ts';
import { heredocs } from './cases/heredocs.ts';
import { history } from './cases/history.ts';
import { lexical } from './cases/lexical.ts';
import { metadata } from './cases/metadata.ts';
import { stages } from './cases/more-stages.ts';
import { mounts } from './cases/mounts.ts';
import { oddPatterns } from './cases/odd-patterns.ts';
import { remoteContexts } from './cases/remote-contexts.ts';
import { run } from './cases/run.ts';
import { windows } from './cases/windows.ts';

export const topics: readonly Topic[] = [
  channels,
  lexical,
  directives,
  checks,
  expansion,
  heredocs,
  from,
  stages,
  args,
  epoch,
  metadata,
  run,
  mounts,
  copySources,
  copyDestinations,
  copyMetadata,
  copyOptions,
  copyCapabilities,
  copyTimes,
  add,
  addHttp,
  addGit,
  contexts,
  oddPatterns,
  remoteContexts,
  history,
  cache,
  cacheInputs,
  cacheSources,
  cacheMountsRenewed,
  windows,
];
