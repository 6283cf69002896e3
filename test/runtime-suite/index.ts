/**
 * What every runtime must do. The test of an implementation calls it:
 *
 *     runtimeSuite('oci', openRuntime);
 */
import { afterAll, beforeAll, describe } from 'vitest';
import type { OpenRuntime } from '../../src/runtime/index.ts';
import { Workshop } from '../support/workshop.ts';
import type { Bench } from './bench.ts';
import { endingCases } from './endings.ts';
import { fileCases } from './files.ts';
import { generatedFileCases } from './generated-files.ts';
import { hostileImageCases } from './hostile-images.ts';
import { layerCases } from './layers.ts';
import { mountCases } from './mounts.ts';
import { networkCases } from './networks.ts';
import { processCases } from './processes.ts';

export function runtimeSuite(name: string, openRuntime: OpenRuntime): void {
  describe(`the runtime ${name}`, () => {
    let workshop: Workshop | undefined;
    beforeAll(() => {
      workshop = new Workshop(openRuntime);
    });
    afterAll(() => workshop?.[Symbol.asyncDispose]());
    const bench: Bench = {
      openRuntime,
      capabilities: capabilitiesOf(openRuntime),
      get workshop() {
        if (workshop === undefined) throw new Error('no test runs');
        return workshop;
      },
    };
    processCases(bench);
    generatedFileCases(bench);
    fileCases(bench);
    layerCases(bench);
    hostileImageCases(bench);
    mountCases(bench);
    networkCases(bench);
    endingCases(bench);
  });
}

/** Nothing is started for them. */
function capabilitiesOf(openRuntime: OpenRuntime) {
  const temporaryDirectory = () => Promise.reject(new Error('nothing is run'));
  return openRuntime({ temporaryDirectory, env: process.env }).capabilities;
}
