/** What a daemon may ask this machine for while it builds. */
import {
  type BlobShelf,
  contentHandlers,
  fileSyncHandler,
  loginsHandler,
  type SentFiles,
  type SentTree,
  type SessionOptions,
  secretsHandler,
  sshHandlers,
} from '../../fleet/index.ts';
import { credentialsFor } from '../../registry/index.ts';
import type { BuildSecrets } from '../credentials/secrets.ts';
import type { SshAgents } from '../credentials/ssh-agents.ts';
import type { BuildRun } from '../run/build-run.ts';
import { asStep } from '../steps/internal-step.ts';
import { internalStep } from '../steps/step-infos.ts';
import { sharedKey } from './shared-key.ts';

export interface SessionParts {
  readonly run: BuildRun;
  readonly secrets: BuildSecrets;
  readonly sshAgents: SshAgents;
  /** @param followed the paths that the daemon asks for, separated by commas */
  readonly treeOf: (name: string, followed: string) => SentTree | undefined;
  readonly sending: (
    name: string,
    send: () => Promise<SentFiles>,
    followed: string,
  ) => Promise<void>;
  /** Blobs that it reads and writes. */
  readonly shelves: ReadonlyMap<string, BlobShelf>;
  readonly onFailure: (error: unknown) => void;
}

export function sessionOf(parts: SessionParts): SessionOptions {
  const { run, secrets, sshAgents, treeOf, sending, shelves, onFailure } = parts;
  const { env, options } = run;
  const handlers = [
    fileSyncHandler({ treeOf, sending }),
    secretsHandler((id) => secrets.get(id)),
    ...sshHandlers((id) => sshAgents.socket(id, { owner: undefined, mode: 0o600 })),
    loginsHandler(async (host) => {
      const key = host === 'registry-1.docker.io' ? 'https://index.docker.io/v1/' : host;
      const found = await credentialsFor(key, '', { env });
      if (found === undefined) return undefined;
      return found.kind === 'password'
        ? { username: found.username, secret: found.password }
        : { username: '', secret: found.token };
    }),
    ...contentHandlers(shelves),
  ];
  return { handlers, sharedKey: sharedKey(options.context), onFailure };
}

/** Sends a context as a step. */
export function sendingContext(
  run: BuildRun,
  name: string,
  send: () => Promise<SentFiles>,
): Promise<void> {
  const text = `[internal] send ${name === 'context' ? 'build context' : `context ${name}`} to the builder`;
  return asStep({ ...run, step: internalStep(`send ${name}`, text) }, async (report) => {
    const { files, bytes } = await send();
    report({ label: 'changed files', current: files, unit: 'files' });
    report({ label: 'transferring changed files', current: bytes, unit: 'bytes' });
  });
}
