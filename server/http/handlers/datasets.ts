/** Routes of dataset requests, released datasets and their files. */
import { maySeeRequest } from '../../auth/scope.ts'
import { releaseFolder } from '../../datasets/build.ts'
import type { Handlers } from '../call.ts'
import { filtered, pageOf } from '../page.ts'
import type { HandlerDeps } from './deps.ts'

type Names =
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
    async datasetRequests({ me, query }) {
      const scope = me.role === 'manufacturer' ? { makers: me.maker === null ? [] : [me.maker] } : {}
      const read = filtered(
        page => registry.requests.list({ ...scope, ...page }),
        ({ id }) => id,
        request => maySeeRequest(me, request),
      )
      const page = await pageOf(
        query,
        read,
        ({ id }) => id,
        request => request,
      )
      return { items: await Promise.all(page.items.map(datasets.view)), next: page.next }
    },
    datasetRequest: ({ me, params }) => datasets.get(me, params.id),
    createDatasetRequest: ({ me, body }) => datasets.create(me, body),
    editDatasetRequest: ({ me, params, body, version }) => datasets.edit(me, params.id, version, body),
    submitDatasetRequest: ({ me, params }) => datasets.submit(me, params.id),
    reviewDatasetRequest: ({ me, params, body }) =>
      datasets.review(me, params.id, { decision: body.decision, reason: body.reason ?? null }),
    returnDatasetRequest: ({ me, params, body }) => datasets.giveBack(me, params.id, body.reason),
    withdrawDatasetRequest: ({ me, params }) => datasets.withdraw(me, params.id),
    dataset: ({ me, params }) => datasets.dataset(me, params.id),

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
