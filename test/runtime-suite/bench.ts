/** What the cases of the suite work with. */
import type { OpenRuntime, RuntimeCapabilities } from '../../src/runtime/index.ts';
import type { Workshop } from '../support/workshop.ts';

export interface Bench {
  readonly openRuntime: OpenRuntime;
  /** What cannot be there, no case asks for. */
  readonly capabilities: RuntimeCapabilities;
  /** While a test runs. */
  readonly workshop: Workshop;
}
