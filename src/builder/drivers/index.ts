/** The driver of each kind of operation. */
import { assertNever } from '../../errors.ts';
import type { Vertex } from '../../graph/index.ts';
import type { OpDriver } from '../../solver/index.ts';
import type { BuildSession, SourceSession } from '../session/session.ts';
import { copyDriver } from './copy.ts';
import { execDriver } from './exec.ts';
import { gitDriver } from './git.ts';
import { httpDriver } from './http.ts';
import { mkdirDriver } from './mkdir.ts';
import { contextDriver, imageDriver } from './sources.ts';

export function driversOf(session: BuildSession): (vertex: Vertex) => OpDriver {
  const drivers = {
    image: imageDriver(session),
    context: contextDriver(),
    http: httpDriver(session),
    git: gitDriver(session),
    copy: copyDriver(session),
    mkdir: mkdirDriver(session),
    exec: execDriver(session),
  };
  return ({ op }) => {
    switch (op.kind) {
      case 'image':
      case 'context':
      case 'http':
      case 'git':
      case 'copy':
      case 'mkdir':
      case 'exec':
        return drivers[op.kind];
      default:
        return assertNever(op);
    }
  };
}

/** The drivers for graphs that only fetch and copy. */
export function sourceDriversOf(session: SourceSession): (vertex: Vertex) => OpDriver {
  const drivers = {
    context: contextDriver(),
    http: httpDriver(session),
    git: gitDriver(session),
    copy: copyDriver(session),
  };
  return ({ op }) => {
    switch (op.kind) {
      case 'context':
      case 'http':
      case 'git':
      case 'copy':
        return drivers[op.kind];
      default:
        throw new Error(`${op.kind} is no source`);
    }
  };
}
export { type KeptStep, keepInterruptedStep } from './keep-failed-step.ts';
