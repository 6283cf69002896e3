import { beforeAll } from 'vitest';
import { runtimeSuite } from '../../../test/runtime-suite/index.ts';
import { buildRunner } from '../../../test/support/workshop.ts';
import { openRuntime } from '../open-runtime.ts';

beforeAll(() => buildRunner());

runtimeSuite('proot', (options) => openRuntime({ ...options, isolation: 'proot' }));
