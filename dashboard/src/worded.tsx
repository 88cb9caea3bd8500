/** Shows a screen of the administration once its words are there. */
import type { ReactNode } from 'react'
import { Loading } from './parts/notice.tsx'
import { useWords } from './services.ts'

export function Worded({ children }: { children: ReactNode }) {
  return useWords('admin') ? children : <Loading />
}
