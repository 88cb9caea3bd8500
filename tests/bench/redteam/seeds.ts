/** Which simulated trials the red team was built on, and which ones alone its results are told of: nobody looks at the second list while changing anything. */

export const BUILDING_SEEDS = ['build-1', 'build-2', 'build-3'] as const
export const REPORTED_SEEDS = Array.from({ length: 20 }, (_, i) => `apart-${i + 1}`)
