/** Runs the files of projects that share a process last, and one after another: another file between them ends the process. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

export class ProjectSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isAlone = ({ project }: TestSpecification) => project.config.isolate;
    // The longest tests are among those that come first, so that both cores are busy to the end.
    return [...sorted.filter(isAlone), ...sorted.filter((file) => !isAlone(file))];
  }
}
