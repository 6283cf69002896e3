/** Compose files, as far as they say how images are built. */

export type { ComposeFile, Plain, PlainMap } from './document.ts';
export { isPlainMap } from './document.ts';
export { parseDotEnv } from './dotenv.ts';
export { isComposeText, type LoadOptions, loadCompose } from './load.ts';
export type { ComposeBuild, ComposeProject, ComposeSecret, ComposeService } from './project.ts';
