/** An import from the choice of a file to what was taken: looked at, taken or called off, and never half. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { type ImportKind, MAX_IMPORT_BYTES } from '../../../core/rest/imports.ts'
import { newIdempotencyKey, refusalOf } from '../api.ts'
import { useServices } from '../services.ts'
import { inBase64 } from './read-file.ts'

export interface Chosen {
  name: string
  isTooLarge: boolean
  /** Base64; empty when it is too large. */
  content: string
}

export function useImport(facility: string, kind: ImportKind) {
  const { call } = useServices()
  const client = useQueryClient()
  const chosen = useRef<Chosen | null>(null)
  const running = useRef<AbortController | null>(null)
  const key = useRef(newIdempotencyKey())
  const begin = (): AbortSignal => {
    running.current?.abort()
    running.current = new AbortController()
    return running.current.signal
  }
  const body = () => ({ facility: facility as never, kind, file: chosen.current?.content ?? '' })

  const look = useMutation({
    mutationFn: async (file: File | null) => {
      const signal = begin()
      if (file) {
        const isTooLarge = file.size > MAX_IMPORT_BYTES
        chosen.current = { name: file.name, isTooLarge, content: isTooLarge ? '' : await inBase64(file) }
      }
      // An empty file has nothing that could be sent; the server would say the same.
      if (!chosen.current?.content) return null
      return call('previewImport', { body: body(), signal })
    },
  })
  const take = useMutation({
    mutationFn: (which: 'all' | 'good') =>
      call('applyImport', { body: { ...body(), take: which }, idempotencyKey: key.current, signal: begin() }),
    onError: error => {
      if (refusalOf(error)) key.current = newIdempotencyKey()
    },
    onSuccess: async () => {
      key.current = newIdempotencyKey()
      const shown = kind === 'rooms' ? ['places', 'rooms'] : ['residents', 'consents']
      await Promise.all(shown.map(name => client.invalidateQueries({ queryKey: [name] })))
    },
  })
  return {
    look,
    take,
    chosen: () => chosen.current,
    choose: (file: File): void => {
      take.reset()
      key.current = newIdempotencyKey()
      look.mutate(file)
    },
    /** Looks at the same file anew: what became of what was called off. */
    lookAgain: (): void => {
      take.reset()
      look.mutate(null)
    },
    cancel: (): void => running.current?.abort(),
    restart: (): void => {
      running.current?.abort()
      chosen.current = null
      look.reset()
      take.reset()
    },
  }
}
export type Import = ReturnType<typeof useImport>
