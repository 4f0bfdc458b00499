/** Changes with whatever changes which bytes become a row, a dead letter or nothing, or where they go. */
export const decoderVersion = 3;
