/** The hint if no registry can be reached. @param image as the user knows it: `node:20` */
export function loadHint(image: string): string {
  return `or load the image from a machine that has it: docker save ${image} | lamina load`;
}
