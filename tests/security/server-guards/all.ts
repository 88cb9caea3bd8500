/** What guards the server beside the rules, from the request to the thing that it is about. */
import type { ServerGuard } from './guard.ts'
import { OWNERS } from './owners.ts'
import { REQUESTS } from './requests.ts'
import { SIGN_IN } from './sign-in.ts'
import { LIVE_BOARDS } from './sockets.ts'

export const SERVER_GUARDS: readonly ServerGuard[] = [...REQUESTS, ...SIGN_IN, ...LIVE_BOARDS, ...OWNERS]
