/** State shared by the operations of one build. */

import type { ContextTree } from '../../context/index.ts';
import type { Environment } from '../../environment.ts';
import type { Warning } from '../../errors.ts';
import type { FileTree } from '../../files/index.ts';
import type { Vertex, VertexId } from '../../graph/index.ts';
import { ensureLayers, LayerCache, type LowerSource, MergedTree } from '../../layers/index.ts';
import type { ExtraCertificates, OnListed, StepLimits } from '../../ops/index.ts';
import type { Emit, StepInfo } from '../../progress/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { LayerId, Store } from '../../store/index.ts';
import type { BuildCaches } from '../caches/index.ts';
import type { RemoteLogins } from '../credentials/remote-logins.ts';
import type { BuildSecrets } from '../credentials/secrets.ts';
import type { SshAgents } from '../credentials/ssh-agents.ts';
import type { BuildRun } from '../run/build-run.ts';
import { LayerSteps } from '../steps/layer-steps.ts';

export interface BuildSession {
  readonly store: Store;
  /** The live directory of an input, if it is a context. */
  readonly contextAt: (vertex: Vertex, input: number) => ContextTree | undefined;
  /** Whether a vertex's own layer is one of the image's, whose tar must be hashed anyway. */
  readonly isExported?: ((id: VertexId) => boolean) | undefined;
  /** The merged tree of a stack of layers, bottom first; lazy ones are fetched. */
  readonly treeOf: (layers: readonly LayerId[]) => Promise<FileTree>;
  readonly lowers: LowerSource;
  readonly secrets: BuildSecrets;
  readonly sshAgents: SshAgents;
  /** Logins for remote sources. */
  readonly logins?: RemoteLogins | undefined;
  /** The initial contents of a new cache mount from other machines; called for each cache mount that is used. */
  readonly mountSeed?: BuildCaches['mountSeed'] | undefined;
  /** Limits of steps' processes; not part of any key. */
  readonly limits?: StepLimits | undefined;
  /** Runs the processes of steps. */
  readonly runtime: Runtime;
  /** Tells how processes are isolated; call it before one runs. */
  readonly tellIsolation: () => void;
  /** Certificates that steps trust in addition to their images' own. */
  readonly certificates?: ExtraCertificates | undefined;
  /** Receives the files of each digest. */
  readonly onListed?: OnListed | undefined;
  /** Whether the files of a digest need not be listed again. Absent: nobody needs lists. */
  readonly isListed?: ((digest: string) => boolean) | undefined;
  /** The caller's environment, such as proxies for remote sources. */
  readonly env: Environment;
  readonly emit: Emit;
  readonly stepOf: (id: VertexId) => StepInfo;
  readonly warn: (warning: Warning) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The parts that fetching and copying need. */
export type SourceSession = Omit<
  BuildSession,
  'secrets' | 'sshAgents' | 'runtime' | 'tellIsolation' | 'certificates' | 'lowers'
>;

/** Trees over one store that read each layer's index only once. */
export interface SessionTrees {
  readonly treeOf: BuildSession['treeOf'];
  /** Saves digests of files that were read, for later builds. */
  readonly save: () => void;
}

export function treesOf({
  store,
  emit,
  now,
  signal,
}: Pick<BuildRun, 'store' | 'emit' | 'now' | 'signal'>): SessionTrees {
  const cache = new LayerCache(store);
  const progress = new LayerSteps({ emit, now });
  return {
    async treeOf(layers) {
      await ensureLayers(store, layers, { signal, progress });
      return MergedTree.of(store, layers, cache);
    },
    save: () => cache.save(),
  };
}
