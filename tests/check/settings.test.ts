// Compares .env.example with the settings that each application really reads, in both directions.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { gatewayEnvSchema } from '../../gateway/config.ts'
import { serverEnvSchema } from '../../server/config.ts'
import { standaloneEnvSchema } from '../../standalone/config.ts'

const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
const listed = [...example.matchAll(/^#?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => ({ name, value }))
const compose = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8')
const applications = { gateway: gatewayEnvSchema, server: serverEnvSchema, standalone: standaloneEnvSchema }

it.each(Object.entries(applications))('lists every setting of %s', (_, schema) => {
  const names = listed.map(({ name }) => name)
  expect(Object.keys(schema.shape).filter(name => !names.includes(name))).toEqual([])
})

it('lists nothing that neither an application nor docker-compose.yml reads', () => {
  const read = new Set(Object.values(applications).flatMap(schema => Object.keys(schema.shape)))
  const unread = listed.map(({ name }) => name as string).filter(name => !read.has(name) && !compose.includes(name))
  expect(unread).toEqual([])
})

it('explains every setting in the line above it, or above its neighbour', () => {
  const lines = example.split('\n')
  const bare = lines.filter((line, at) => /^#[A-Z_]+=/.test(line) && !/^#( |[A-Z_]+=)/.test(lines[at - 1] ?? ''))
  expect(bare).toEqual([])
})
