export { type Shape, shapeOf } from './shape.ts';
export { compileTemplate, type Template, type TemplateOptions } from './template.ts';
