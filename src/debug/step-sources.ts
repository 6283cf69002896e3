/** The secrets and ssh agents of a kept step: those of the command line, and others from where the build took them. */
import type { DebugOptions, SecretSource, SshSource } from '../api/index.ts';
import { BuildSecrets, type KeptStep, SshAgents } from '../builder/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';

export interface OpenedSources {
  readonly secrets: readonly SecretSource[];
  readonly ssh: readonly SshSource[];
  /** Sources of the build that cannot be used any more: `secret token` → why. */
  readonly gone: ReadonlyMap<string, string>;
}

export function stepSources(
  { secrets = [], ssh = [] }: Pick<DebugOptions, 'secrets' | 'ssh'>,
  before: KeptStep['sources'],
  env: Environment,
): OpenedSources {
  const gone = new Map<string, string>();
  const usable = (name: string, check: () => void): boolean => {
    try {
      check();
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      gone.set(name, error.message);
      return false;
    }
  };
  const isGiven = (given: readonly { readonly id: string }[], id: string) =>
    given.some((one) => one.id === id);
  return {
    secrets: [
      ...(before?.secrets ?? []).filter(
        (one) =>
          !isGiven(secrets, one.id) && usable(`secret ${one.id}`, () => checkSecret(one, env)),
      ),
      ...secrets,
    ],
    ssh: [
      ...(before?.ssh ?? []).filter(
        (one) => !isGiven(ssh, one.id) && usable(`ssh ${one.id}`, () => checkAgent(one, env)),
      ),
      ...ssh,
    ],
    gone,
  };
}

function checkSecret(source: SecretSource, env: Environment): void {
  if ('env' in source && env[source.env] === undefined) {
    throw new AppError('SECRET_UNREADABLE', `the variable ${source.env} is not set`);
  }
  new BuildSecrets({ secrets: [source] }, { env, warn: () => undefined });
}

function checkAgent(source: SshSource, env: Environment): void {
  const temporaryDirectory = () => Promise.reject(new Error('no agent is started'));
  new SshAgents({ ssh: [source], env, signal: undefined, temporaryDirectory });
}
