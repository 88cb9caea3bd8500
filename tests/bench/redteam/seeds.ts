/** Which simulated trials the red team was built on, and which ones alone its results are told of: nobody looks at the second list while changing anything. */

export const BUILDING_SEEDS = Array.from({ length: 8 }, (_, i) => `build-${i + 1}`)
export const REPORTED_SEEDS = Array.from({ length: 20 }, (_, i) => `apart-${i + 1}`)
