/** What a daemon's failure says, as an error of ours: at the step, with a code and a hint. */
import type { ContextTree } from '../../context/index.ts';
import { AbortedError, AppError, endingOf, StepError } from '../../errors.ts';
import type { Graph, Vertex } from '../../graph/index.ts';
import { GRPC, GrpcError } from '../../grpc/index.ts';
import { located } from '../../solver/index.ts';
import { missingSecret } from '../credentials/secrets.ts';
import { missingAgent } from '../credentials/ssh-agents.ts';
import { sourceFailure } from './source-failure.ts';

export interface FailureFacts {
  /** The address of the builder, as the user wrote it. */
  readonly builder: string;
  readonly graph: Graph;
  /** The vertex that failed, if the daemon names one. */
  readonly vertex: Vertex | undefined;
  readonly contexts: ReadonlyMap<string, ContextTree>;
  readonly outputTail: readonly string[];
  /** Names of the steps that were running. */
  readonly running: readonly string[];
  readonly isAborted: boolean;
}

export async function solveFailure(error: unknown, facts: FailureFacts): Promise<unknown> {
  if (facts.isAborted) return new AbortedError(undefined, { cause: error });
  if (!(error instanceof GrpcError)) return error;
  const { builder, vertex, graph, running } = facts;
  if (error.status === GRPC.unavailable) {
    const during = running.length === 0 ? '' : ` during ${running.join(', ')}`;
    const what = /no longer answers/.test(error.message) ? 'stopped answering' : 'went away';
    return new AppError('BUILDER_LOST', `the builder at ${builder} ${what}${during}`, {
      hint: 'look at the log of buildkitd, then build again: finished steps are in its cache',
      cause: error,
    });
  }
  const info = vertex && graph.info.get(vertex.id);
  const failure =
    stepFailure(error, facts, info?.instruction) ??
    (vertex && (await sourceFailure(vertex, error.message, facts))) ??
    otherFailure(error, builder);
  return info === undefined ? failure : located(failure, info.locations);
}

/** Old daemons have other words. */
const EXIT = /(?:did not complete successfully|executor failed running .*): exit code: (\d+)/s;

function stepFailure(
  error: GrpcError,
  { vertex, outputTail }: FailureFacts,
  instruction = '',
): AppError | undefined {
  const op = vertex?.op;
  const exit = EXIT.exec(error.message)?.[1];
  if (op?.kind === 'exec' && exit !== undefined) {
    const failure = { exitCode: Number(exit), signal: undefined, outputTail, instruction };
    return new StepError(
      `process "${op.args.join(' ')}" did not complete successfully: ${endingOf(failure)}`,
      failure,
    );
  }
  const secret = /secret (\S+?):? not found/.exec(error.message)?.[1];
  if (secret !== undefined) return missingSecret(secret);
  const agent = /unset ssh forward key (\S+)/.exec(error.message)?.[1];
  return agent === undefined ? undefined : missingAgent(agent);
}

function otherFailure(error: GrpcError, builder: string): AppError {
  const message = plainMessage(error.message);
  if (/no space left on device|disk quota exceeded/i.test(message)) {
    return new AppError('BUILDER_DISK_FULL', `the builder at ${builder} has no space left`, {
      hint: 'remove cache there: buildctl prune, docker builder prune',
      details: { message },
      cause: error,
    });
  }
  const cache = /unknown cache (ex|im)porter: "([^"]*)"/.exec(message);
  if (cache !== null) {
    const does = cache[1] === 'ex' ? 'write' : 'read';
    return new AppError(
      'BUILDER_UNSUPPORTED',
      `the builder at ${builder} cannot ${does} a cache of the type ${cache[2]}`,
      {
        hint: "a Docker's own BuildKit may know type=inline only; BuildKit in a container knows the others",
        cause: error,
      },
    );
  }
  if (/unknown schema oci-layout/.test(message)) {
    return new AppError(
      'BUILDER_UNSUPPORTED',
      `the builder at ${builder} takes no image that only this machine has`,
      { hint: 'push the image to a registry, and use its name there', cause: error },
    );
  }
  const entitlement = /(?:granting )?entitlement (\S+) is not allowed|(\S+) is not allowed by/.exec(
    message,
  );
  if (entitlement !== null) {
    return new AppError('BUILDER_NOT_ALLOWED', `the builder refuses: ${message}`, {
      hint: 'start buildkitd with --allow-insecure-entitlement',
      cause: error,
    });
  }
  return new AppError('BUILDER_FAILED', `the builder at ${builder} reports: ${message}`, {
    cause: error,
  });
}

/** Without the prefixes that each layer of the daemon adds. */
function plainMessage(message: string): string {
  return message
    .replace(/^(?:failed to solve: )+/, '')
    .replace(/^rpc error: code = \w+ desc = /, '')
    .trim();
}
