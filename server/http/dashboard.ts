/** Serves the built dashboard: hashed assets for ever, the page itself never from a cache, every address of the app by the page. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express, { Router } from 'express'

const NOT_BUILT =
  'The dashboard is not built yet: run `npm run build`, or `npm start`, which builds it. The API is at /api/docs.\n'

export function serveDashboard(folder: string): Router {
  const router = Router()
  // Vite names assets by their content.
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '365d', fallthrough: true }))
  router.use(express.static(folder, { index: false, maxAge: 0, cacheControl: true }))
  router.get(/^\/(?!api\/|assets\/|socket\.io\/).*$/, (request, response, next) => {
    // A missing file is not a page of the app.
    if (/\.[a-z0-9]{1,10}$/i.test(request.path) || !request.accepts('html')) return next()
    if (!existsSync(join(folder, 'index.html'))) {
      response.status(503).type('text').send(NOT_BUILT)
      return
    }
    response.sendFile('index.html', { root: folder, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } })
  })
  return router
}
