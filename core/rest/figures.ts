/** What the server counts about itself, over HTTP, for who looks after it from another machine. */
import { route } from './route.ts'

export const figuresRoutes = {
  figures: route({
    method: 'get',
    path: '/metrics',
    summary:
      'What the server counts about itself, in the form of Prometheus; `/metrics` gives it to this machine alone',
    status: 200,
    response: 'text/plain',
  }),
} as const
