export { describeReport } from './describe-report.ts';
export { renderHtml } from './html.ts';
export { renderMarkdown } from './markdown.ts';
export { renderText } from './text.ts';
