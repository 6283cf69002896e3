export { type OptimizeContext, optimizeImage } from './optimize.ts';
