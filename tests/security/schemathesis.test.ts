// A referee that we did not write calls every operation of the OpenAPI document, well and badly, as each kind of user:
// no answer is a failure of ours, and none differs from the document.
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { schemathesis } from '../referees/schemathesis/schemathesis.ts'
import { playGateway } from '../server/fake-gateway.ts'
import { type Platform, startPlatform } from '../server/platform.ts'
import { describeWith, locate } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
]
const WHO = ['admin', 'platform', 'maker', 'steward']

/** @returns whether it found nothing, and what it printed */
async function judge(url: string, more: readonly string[]): Promise<{ passed: boolean; report: string }> {
  const examples = process.env.SCHEMATHESIS_EXAMPLES ?? '12'
  const args = [
    'run',
    `${url}/api/v1/openapi.json`,
    ...['--checks', CHECKS.join(), '--phases', 'coverage,fuzzing', '--max-examples', examples],
    ...['--seed', '20261123', '--no-shrink', '--continue-on-failure', '--suppress-health-check', 'all'],
    // Signing out would end the session that the calls are made with.
    ...['--exclude-operation-id', 'signOut', '--output-truncate', 'true', '--warnings', 'off'],
    ...more,
  ]
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/tmp', NO_COLOR: '1', PYTHONUTF8: '1' }
  return promisify(execFile)(locate(schemathesis), args, { env, maxBuffer: 1 << 26, cwd: '/tmp' }).then(
    ({ stdout }) => ({ passed: true, report: stdout }),
    (error: { code?: unknown; stdout?: string; stderr?: string; message: string }) => ({
      passed: false,
      report: `${error.stdout ?? ''}\n${error.stderr ?? ''}` || error.message,
    }),
  )
}

describeWith([mosquitto, schemathesis], 'schemathesis', () => {
  let platform: Platform
  beforeAll(async () => {
    platform = await startPlatform()
    await playGateway(platform.broker, 'sunny')
    // Before its calls of POST /session have made this address one that guesses.
    await Promise.all(WHO.map(person => platform.as(person)))
  })
  afterAll(() => platform?.stop())

  it.each(WHO)('finds no failure and no answer beside the document as %s', { timeout: 600_000 }, async person => {
    const { cookie } = await platform.as(person)
    const bearer = /mimamori_session=([^;]+)/.exec(cookie)?.[1]
    const { passed, report } = await judge(platform.url, ['--header', `Authorization: Bearer ${bearer}`])
    expect(passed, report).toBe(true)
    expect(report).toContain('passed')
  })

  it('finds a planted failure: an answer that is not as described, and an error of the server', {
    timeout: 600_000,
  }, async () => {
    const good = await (await fetch(`${platform.url}/api/v1/openapi.json`)).json()
    const server = createServer((request, response) => {
      const isDocument = request.url === '/api/v1/openapi.json'
      response.setHeader('content-type', 'application/json')
      response.statusCode = request.url === '/api/v1/setup' ? 500 : 200
      response.end(JSON.stringify(isDocument ? good : { open: 'perhaps' }))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const only = ['--include-operation-id', 'setupState', '--include-operation-id', 'me']
    const { passed, report } = await judge(url, only)
    server.close()
    expect(passed).toBe(false)
    expect(report).toContain('Server error')
    expect(report).toContain('Response violates schema')
  })
})
