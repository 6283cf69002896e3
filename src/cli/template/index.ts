export { compileTemplate, type Template, type TemplateOptions } from './template.ts';
