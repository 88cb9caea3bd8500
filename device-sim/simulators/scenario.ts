/** Scenarios: what makes one day of a facility unlike another, as data for the resident model. */

export interface Scenario {
  /** Trips to the toilet in a night, least and most. */
  nightTrips: [number, number]
  /** Chance per trip that the resident walks about instead of going back to bed. */
  wandering: number
  /** Chance of a nap after lunch. */
  nap: number
  /** Chance of a fall each time the resident is on the feet in the room. */
  falls: number
  /** Degrees above the usual body temperature; heart rate and breath follow. */
  feverCel: number
  /** Chance per hour of bed that the mat cannot read for a while. */
  unclear: number
}

const normal: Scenario = { nightTrips: [0, 2], wandering: 0.03, nap: 0.6, falls: 0.002, feverCel: 0, unclear: 0.05 }

export const scenarios: Readonly<Record<string, Scenario>> = {
  normal,
  'quiet-night': { ...normal, nightTrips: [0, 0], wandering: 0, falls: 0 },
  'bed-exits': { ...normal, nightTrips: [4, 8] },
  wandering: { ...normal, nightTrips: [2, 4], wandering: 0.7 },
  fall: { ...normal, nightTrips: [2, 4], falls: 0.3 },
  fever: { ...normal, feverCel: 1.6, nap: 1 },
}

/** The named scenario; `normal` when none is named. Throws RangeError for an unknown name. */
export function scenarioOf(name = 'normal'): Scenario {
  const scenario = Object.hasOwn(scenarios, name) ? scenarios[name] : undefined
  if (!scenario) throw new RangeError(`no scenario ${name}; there are: ${Object.keys(scenarios).join(', ')}`)
  return scenario
}
