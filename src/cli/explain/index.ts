export { type Explanation, explanations, findExplanation } from './pages.ts';
export { plainText } from './plain-text.ts';
