/** Version of the decoder. It is raised with every change of what bytes become (a row, a dead letter or nothing) or of where they go. */
export const decoderVersion = 12;
