export { checkDocument } from './document.ts';
export { renderGithub } from './github.ts';
export { renderGitlab } from './gitlab.ts';
export { renderJunit } from './junit.ts';
export { limitsInFiles } from './limit-files.ts';
export { flagFault, limitOf, merged } from './limit-values.ts';
export type { CheckOutput } from './places.ts';
export { renderSarif } from './sarif.ts';
