export { checkStore } from './check-store.ts';
