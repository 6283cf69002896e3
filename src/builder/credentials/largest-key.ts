/** Largest private key in bytes, as with BuildKit. */
export const LARGEST_KEY = 100 << 10;
