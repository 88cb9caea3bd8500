/** The command line of the simulator. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseOptions } from '../../device-sim/options.ts'
import { readTokenFile } from '../../device-sim/platform.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const sim = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'device-sim/main.ts', ...args], { cwd: root, encoding: 'utf8' })

describe('options', () => {
  test('defaults are filled in when only the devices are given', () => {
    const parsed = parseOptions(['--demo', 'data'], { MQTT_PORT: '2883' })
    expect(parsed).toMatchObject({
      options: { url: 'mqtt://127.0.0.1:2883', seed: '1', scenario: 'normal', protocol: 4 },
    })
  })

  test.each([
    [['--credentials', 'c.json', '--duration', '24h', '--speed', 'max'], { duration: 86_400_000, speed: 'max' }],
    [['--demo', 'd', '--replay', 'r', '--speed', '600'], { speed: 600 }],
    [
      ['--credentials', 'c.json', '--rate', '2000', '--devices', '50', '--protocol', '5'],
      { rate: 2000, devices: 50, protocol: 5 },
    ],
  ])('%j is understood', (args, expected) => {
    expect(parseOptions(args, {})).toMatchObject({ options: expected })
  })

  test.each([
    [[], 'credentials'],
    [['--server', 'http://x', '--credentials', 'c'], 'token-file'],
    [['--demo', 'd', '--rate', '0'], 'rate'],
    [['--demo', 'd', '--duration', 'soon'], 'duration'],
    [['--demo', 'd', '--url', 'http://x'], 'url'],
    [['--demo', 'd', '--scenario', 'party'], 'scenario'],
    [['--demo', 'd', '--speed', '5'], 'speed'],
    [['--demo', 'd', '--replay', 'r', '--rate', '5'], 'rate'],
    [['--demo', 'd', '--unknown', 'x'], 'unknown'],
  ])('%j is refused', (args, word) => {
    expect(parseOptions(args, {})).toMatchObject({ error: expect.stringContaining(word) })
  })
})

describe('the command', () => {
  test('prints help and ends with 0 when asked', () => {
    const { status, stdout } = sim('--help')
    expect(status).toBe(0)
    expect(stdout).toContain('--replay')
  })
  test('says one line and ends with 2 when used wrongly', () => {
    const { status, stderr } = sim('--rate', 'fast', '--demo', 'x')
    expect(status).toBe(2)
    expect(stderr).toMatch(/^--rate/)
  })
  test('says one line and ends with 1 when the world fails', () => {
    const { status, stderr } = sim('--credentials', '/nowhere.json')
    expect(status).toBe(1)
    expect(stderr.trim()).toBe('cannot read /nowhere.json')
  })
})

test('a token file holds a token or a sign-in', () => {
  expect(readTokenFile(' abc\n')).toEqual({ token: 'abc' })
  expect(readTokenFile('{"user":"a@b","password":"secret"}')).toEqual({ user: 'a@b', password: 'secret' })
  expect(() => readTokenFile('{"user":"a@b"}')).toThrow('token file')
})
