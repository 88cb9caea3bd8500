/** Route of what the server counts about itself. */
import type { Handlers } from '../call.ts'
import type { HandlerDeps } from './deps.ts'

export const figuresHandlers = ({ metrics }: HandlerDeps): Pick<Handlers, 'figures'> => ({
  async figures({ response }) {
    const { type, body } = await metrics.text()
    response.setHeader('Content-Type', type)
    response.end(body)
  },
})
