import { adviceRule } from '../making/make.ts';
import { copiesWholeContext } from './context-copies.ts';

export const missingIgnoreFile = adviceRule({
  code: 'MissingIgnoreFile',
  severity: 'warning',
  requires: 'a context that is copied as a whole has an ignore file',
  why: 'Without .dockerignore the image gets the repository, local configuration and build results, and any change among them makes the COPY new.',
  check({ steps, around }, report) {
    if (around.context === undefined || around.context.ignoreFile !== undefined) return;
    const copy = steps.find(({ instruction }) => copiesWholeContext(instruction));
    if (copy === undefined) return;
    report({
      what: 'the whole context is copied, and there is no .dockerignore',
      hint: "add a .dockerignore with .git, dependencies and build results; 'lamina context ls' shows what is sent",
      range: copy.instruction.node.range,
      instruction: copy.owner,
    });
  },
});
