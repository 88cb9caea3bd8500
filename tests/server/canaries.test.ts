// The search for planted secrets is itself tried: it finds each kind where one is planted, and nothing where none is.
import { expect, it } from 'vitest'
import { createLog } from '../../server/log.ts'
import { createCanaries } from './canaries.ts'

it('finds passwords, codes, tokens and cookies that someone logs, and does not print them again', () => {
  const canaries = createCanaries()
  canaries.watch({ body: { user: 'sato', password: 'planted-password', nested: { code: 'planted-code' } } })
  canaries.watch({ headers: { authorization: 'Bearer planted-token', cookie: 'a=planted-cookie; b=planted-second' } })
  canaries.watch({ headers: new Headers([['set-cookie', 'c=planted-third; Path=/; HttpOnly']]) })
  expect(canaries.count()).toBe(6)
  const lines: string[] = []
  const log = createLog('debug', { write: line => void lines.push(line) })
  log.info({ user: 'sato' }, 'nothing of interest')
  expect(canaries.foundIn(lines.join(''))).toEqual([])
  for (const secret of ['password', 'code', 'token', 'cookie', 'second', 'third'])
    log.debug({ error: `planted-${secret}` }, 'a leak')
  const found = canaries.foundIn(lines.join(''))
  expect(found).toHaveLength(6)
  expect(found.filter(each => each.endsWith('<<<secret>>>'))).toHaveLength(6)
})
