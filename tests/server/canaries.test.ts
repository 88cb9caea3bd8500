// The search for planted secrets is itself tried: it finds each kind where one is planted, and nothing where none is.
import { expect, it } from 'vitest'
import { createLog } from '../../server/log.ts'
import { createCanaries } from './canaries.ts'

it('finds passwords, codes, tokens, cookies and what is personal when someone logs it, and does not print it again', () => {
  const canaries = createCanaries()
  canaries.watch({ body: { user: 'sato', password: 'planted-password', nested: { code: 'planted-code' } } })
  canaries.watch({ headers: { authorization: 'Bearer planted-token', cookie: 'a=planted-cookie; b=planted-second' } })
  canaries.watch({ headers: new Headers([['set-cookie', 'c=planted-third; Path=/; HttpOnly']]) })
  canaries.watch({
    body: { facility: 'sunny', identity: { name: '試験 花子', birth_date: '1931-05-06', sex: 'female' } },
  })
  canaries.watch({ body: { device: 'mat-1', serious: false, description: 'planted-fall' } })
  canaries.watch({ body: { items: [{ new: { code: 'forbidden' } }, { code: 'unknown_word', line: 97 }] } })
  expect(canaries.count()).toBe(9)
  const lines: string[] = []
  const log = createLog('debug', { write: line => void lines.push(line) })
  log.info({ user: 'sato', device: 'mat-1', facility: 'sunny' }, 'nothing of interest')
  expect(canaries.foundIn(lines.join(''))).toEqual([])
  for (const secret of ['password', 'code', 'token', 'cookie', 'second', 'third'])
    log.debug({ error: `planted-${secret}` }, 'a leak')
  for (const personal of ['試験 花子', '1931-05-06', 'planted-fall']) log.warn({ cause: personal }, 'a leak')
  const found = canaries.foundIn(lines.join(''))
  expect(found).toHaveLength(9)
  expect(found.filter(each => each.endsWith('<<<secret>>>'))).toHaveLength(9)
})
