/** Routes of dataset requests, released datasets and their files. */
import { ownerOfRequest } from '../../auth/owners.ts'
import { releaseFolder } from '../../datasets/build.ts'
import type { Handlers } from '../call.ts'
import { filtered, pageOf } from '../page.ts'
import { trialFor } from '../trial-view.ts'
import type { HandlerDeps } from './deps.ts'

type Names =
  | 'datasetOutlook'
  | 'datasetRequests'
  | 'datasetRequest'
  | 'createDatasetRequest'
  | 'editDatasetRequest'
  | 'submitDatasetRequest'
  | 'reviewDatasetRequest'
  | 'returnDatasetRequest'
  | 'withdrawDatasetRequest'
  | 'dataset'
  | 'datasetFile'

const TYPES: Record<string, string> = {
  zip: 'application/zip',
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
}

export function datasetsHandlers({ registry, datasets, dataDir, log }: HandlerDeps): Pick<Handlers, Names> {
  return {
    async datasetRequests({ may, query }) {
      const scope = may.list()
      const read = filtered(
        page => registry.requests.list({ ...scope, ...page }),
        ({ id }) => id,
        request => may(ownerOfRequest(request)),
      )
      const page = await pageOf(
        query,
        read,
        ({ id }) => id,
        request => request,
      )
      return { items: await Promise.all(page.items.map(datasets.view)), next: page.next }
    },
    datasetOutlook: async ({ may, params, query }) =>
      datasets.outlook(await trialFor(registry, may, params.id), query.product),
    datasetRequest: ({ may, params }) => datasets.get(may, params.id),
    createDatasetRequest: ({ me, may, body }) => datasets.create({ me, may }, body),
    editDatasetRequest: ({ may, params, body, version }) => datasets.edit(may, params.id, version, body),
    submitDatasetRequest: ({ may, params }) => datasets.submit(may, params.id),
    reviewDatasetRequest: ({ me, may, params, body }) =>
      datasets.review({ me, may }, params.id, { decision: body.decision, reason: body.reason ?? null }),
    returnDatasetRequest: ({ me, may, params, body }) => datasets.giveBack({ me, may }, params.id, body.reason),
    withdrawDatasetRequest: ({ may, params }) => datasets.withdraw(may, params.id),
    dataset: ({ may, params }) => datasets.dataset(may, params.id),

    async datasetFile({ params, query, response, viewed }) {
      const { id, name } = params
      const file = await datasets.file(id, name, query.expires, query.token)
      await viewed()
      log.info({ release: id, file: name }, 'a released file is downloaded')
      const headers = {
        'Content-Type': TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
        'Content-Disposition': `attachment; filename="${name}"`,
        'Cache-Control': 'private, no-store',
        // Of the whole file, whichever range was asked for.
        'X-File-SHA256': file.sha256,
      }
      await new Promise<void>((resolve, reject) => {
        response.sendFile(name, { root: releaseFolder(dataDir, id), headers, cacheControl: false }, error => {
          // A reader that went away in mid-file comes back with a Range.
          if (error && !response.headersSent) reject(error)
          else resolve()
        })
      })
    },
  }
}
