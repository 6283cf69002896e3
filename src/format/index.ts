export { type FormatSettings, type FormattedDockerfile, formatDockerfile } from './format.ts';
