/** Bytes of a private key that is read, as with BuildKit. */
export const LARGEST_KEY = 100 << 10;
