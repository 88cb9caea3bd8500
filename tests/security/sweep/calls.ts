/** Every GET of the contract with every sensible value of every parameter: each alone, and each together with every facility. */
import { z } from 'zod'
import { API_ROOT, type Route } from '../../../core/rest/route.ts'
import { type RouteName, routes } from '../../../core/rest.ts'

/** Values to try, by the name of a parameter; for ids by the first part of the path. */
export interface Candidates {
  ids: Readonly<Record<string, readonly string[]>>
  named: Readonly<Record<string, readonly string[]>>
}

export function everyGet({ ids, named }: Candidates): { name: RouteName; path: string }[] {
  return (Object.entries(routes) as [RouteName, Route][]).flatMap(([name, route]) => {
    if (route.method !== 'get') return []
    const paths = pathsOf(
      route.path,
      key => (key === 'id' ? ids[route.path.split('/')[1] ?? ''] : named[key]) ?? ['none'],
    )
    const queries = queriesOf(route.query, named)
    return paths.flatMap(path => queries.map(query => ({ name, path: `${API_ROOT}${path}${query}` })))
  })
}

function pathsOf(path: string, values: (key: string) => readonly string[]): string[] {
  const key = /:([A-Za-z]+)/.exec(path)?.[1]
  return key === undefined ? [path] : values(key).flatMap(value => pathsOf(path.replace(`:${key}`, value), values))
}

function queriesOf(schema: z.ZodType | undefined, named: Candidates['named']): string[] {
  if (!schema) return ['']
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, { enum?: string[] }>
    required?: string[]
  }
  const valuesOf = (key: string) => properties[key]?.enum ?? named[key] ?? []
  let queries: Record<string, string>[] = [{}]
  for (const key of required)
    queries = queries.flatMap(query => valuesOf(key).map(value => ({ ...query, [key]: value })))
  const facilities = 'facility' in properties ? [undefined, ...(named.facility ?? [])] : [undefined]
  const optional = Object.keys(properties).filter(key => key !== 'facility' && !required.includes(key))
  const alone = [{}, ...optional.flatMap(key => valuesOf(key).map(value => ({ [key]: value })))]
  return queries.flatMap(query =>
    facilities.flatMap(facility =>
      alone.map(more => {
        const all = { ...query, ...(facility !== undefined && { facility }), ...more }
        const text = new URLSearchParams(all).toString()
        return text === '' ? '' : `?${text}`
      }),
    ),
  )
}
