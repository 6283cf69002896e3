export { describeReport } from './describe-report.ts';
export type { ReportDocument, Section } from './document.ts';
export { renderHtml } from './html.ts';
export { renderMarkdown } from './markdown.ts';
export { readRates } from './rates.ts';
export { renderText } from './text.ts';
export { count, more, signedSize } from './words.ts';
