export { proposeFor } from './propose-for.ts';
