/** Which of the own facilities are sites of a trial, and which of them the page is about. */
import { useState } from 'react'
import type { Trial } from '../../../core/rest/trials.ts'
import { useSignedIn } from '../me.ts'

/** The own facilities in a trial, and which of them is chosen. */
export function useSites(trial: Trial) {
  const { me, facility } = useSignedIn()
  const sites = trial.sites.filter(site => me.facilities.includes(site))
  const [chosen, choose] = useState<string>(sites.find(site => site === facility) ?? sites[0] ?? '')
  return { sites, site: chosen, choose }
}
