/** The driver of each kind of operation. */
import { assertNever } from '../../errors.ts';
import type { Vertex } from '../../graph/index.ts';
import type { OpDriver } from '../../solver/index.ts';
import type { BuildSession } from '../session.ts';
import { copyDriver } from './copy.ts';
import { execDriver } from './exec.ts';
import { mkdirDriver } from './mkdir.ts';
import { contextDriver, imageDriver } from './sources.ts';

export function driversOf(session: BuildSession): (vertex: Vertex) => OpDriver {
  const drivers = {
    image: imageDriver(session),
    context: contextDriver(),
    copy: copyDriver(session),
    mkdir: mkdirDriver(session),
    exec: execDriver(session),
  };
  return ({ op }) => {
    switch (op.kind) {
      case 'image':
      case 'context':
      case 'copy':
      case 'mkdir':
      case 'exec':
        return drivers[op.kind];
      default:
        return assertNever(op);
    }
  };
}
