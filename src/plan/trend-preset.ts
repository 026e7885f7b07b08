// Names for how sure a forecast must be before anything begins. A plan holds the number that the name stands for.

/** `conservative`: fewer false alarms, later. `aggressive`: earlier, and more often for nothing. Ratios, 0–1. */
export const TREND_PRESETS = { conservative: 0.9, balanced: 0.8, aggressive: 0.6 } as const
export type TrendPreset = keyof typeof TREND_PRESETS
export const TREND_PRESET_NAMES = Object.keys(TREND_PRESETS) as readonly TrendPreset[]
