// How the guard writes amounts into its sentences.

export const secondsText = (ms: number): string => `${Math.ceil(ms / 1000)} s`
