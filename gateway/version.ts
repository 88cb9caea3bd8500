/** The version that this code belongs to. */
import about from '../package.json' with { type: 'json' }

export const VERSION: string = about.version
