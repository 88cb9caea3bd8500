/** Lets a worker thread read TypeScript, which it does not learn from the thread that starts it, and begins the search. */
import { register } from 'tsx/esm/api'

register()
await import('./worker.ts')
