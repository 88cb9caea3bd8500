/** Routes of consents and their withdrawal. */
import { type Handlers, refuse } from '../call.ts'
import { pageOf } from '../page.ts'
import { affectedReleases, consentView } from '../resident-view.ts'
import type { HandlerDeps } from './deps.ts'
import { careFacility, facilitiesOf, instant, keyOf, requireResident, zonesOf } from './own.ts'

type Names = 'consents' | 'createConsent' | 'withdrawConsent'

export function consentsHandlers({ registry, clock }: HandlerDeps): Pick<Handlers, Names> {
  return {
    async consents({ may, query }) {
      const facilities = facilitiesOf(may, query.facility)
      const format = await zonesOf(registry, facilities)
      return pageOf(
        query,
        page => registry.consents.list({ facilities, ...page }),
        keyOf,
        record => consentView(record, format),
      )
    },

    async createConsent({ me, may, body }) {
      await careFacility(registry, may, body.facility)
      const { facility, resident, purpose } = body
      await requireResident(registry, facility, resident)
      const record = await registry.consents.create({
        facility,
        resident,
        purpose,
        recipientCountry: body.recipient_country ?? null,
        textVersion: body.text_version ?? null,
        fromMs: instant(body.from),
        toMs: body.to === undefined ? null : instant(body.to),
        recordedMs: clock(),
        recordedBy: me.user,
      })
      return consentView(record, await zonesOf(registry, [facility]))
    },

    async withdrawConsent({ me, may, params, body }) {
      const consent = await registry.consents.get(params.id)
      if (!consent || !may({ facility: consent.facility })) return refuse('not_found', 'You have no such consent.')
      const nowMs = clock()
      const atMs = body.at === undefined ? nowMs : instant(body.at)
      if (atMs > nowMs) refuse('bad_request', 'at: a withdrawal counts at once, or from a time that has passed.')
      const { facility, resident } = consent
      const withdrawn = await registry.consents.withdraw(params.id, atMs, { by: me.user, nowMs })
      const format = await zonesOf(registry, [facility])
      return {
        ...consentView(withdrawn, format),
        releases: await affectedReleases(registry, resident, facility, format),
      }
    },
  }
}
