export { directoriesOf } from './directories.ts';
export { pageAssets } from './page-assets.ts';
export type { FilePreview, PageData, PageImage } from './page-data.ts';
export { pageFile } from './page-file.ts';
export { FILE_LIMITS, pageImage, SERVED_LIMITS } from './page-image.ts';
export { pageJson } from './page-json.ts';
export { type PageAnswers, servePage } from './page-server.ts';
export { previewOf } from './preview.ts';
