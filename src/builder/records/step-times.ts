/** When steps started and how long they took, from the events of a build. */
import type { BuildEvent } from '../../progress/index.ts';
import type { RecordedWork } from '../../records/index.ts';

export interface StepTime {
  /** Milliseconds since the start of the build. */
  readonly began: number;
  readonly milliseconds: number;
  readonly failed?: boolean | undefined;
}

export class StepTimes {
  readonly #start: number;
  readonly #names = new Map<string, string>();
  readonly #began = new Map<string, number>();
  readonly #ended = new Map<string, StepTime>();

  /** @param start of the build; milliseconds since the epoch */
  constructor(start: number) {
    this.#start = start;
  }

  see(event: BuildEvent): void {
    switch (event.kind) {
      case 'step.started':
        this.#began.set(event.step.id, event.time);
        this.#names.set(event.step.id, event.step.name);
        break;
      case 'step.completed':
      case 'step.failed':
      case 'step.cancelled':
        this.#end(event.step.id, event.time, event.kind === 'step.failed');
        break;
      default:
    }
  }

  /** Undefined for a step that did not start. */
  of(id: string): StepTime | undefined {
    const ended = this.#ended.get(id);
    if (ended !== undefined) return ended;
    const began = this.#began.get(id);
    return began === undefined ? undefined : { began: began - this.#start, milliseconds: 0 };
  }

  /** Steps that are not operations of the graph. */
  work(isOfGraph: (id: string) => boolean): readonly RecordedWork[] {
    return [...this.#ended].flatMap(([id, { began, milliseconds }]) =>
      isOfGraph(id) ? [] : { name: this.#names.get(id) ?? id, began, milliseconds },
    );
  }

  #end(id: string, time: number, failed: boolean): void {
    const began = this.#began.get(id);
    if (began === undefined) return;
    this.#ended.set(id, { began: began - this.#start, milliseconds: time - began, failed });
  }
}
