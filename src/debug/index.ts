export { debug } from './debug.ts';
